#include "tests/support/private_kafka.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "storage/kafka_client.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"

namespace wallet::testing {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto patience = 180s;

[[noreturn]] void fail(const std::string &what) {
  throw std::runtime_error("private_kafka: " + what);
}

fs::path find_jars() {
  const char *given = std::getenv("WALLET_KAFKA_LIBS");
  const fs::path folder =
      given ? fs::path(given)
            : fs::path(WALLET_SOURCE_DIR) / "build/kafka/libs";
  if (fs::is_directory(folder))
    for (const auto &entry : fs::directory_iterator(folder))
      if (entry.path().filename().string().starts_with("kafka_2.13-"))
        return folder;
  fail("no Kafka broker in " + folder.string() +
       "; run scripts/setup, or set WALLET_KAFKA_LIBS");
}

fs::path find_java() {
  const char *search = std::getenv("PATH");
  std::istringstream folders(search ? search : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (fs::exists(fs::path(folder) / "java"))
      return fs::path(folder) / "java";
  fail("no java in PATH; run scripts/setup");
}

fs::path make_folder(const fs::path &parent) {
  auto pattern = (parent / "wallet-kafka-XXXXXX").string();
  if (!mkdtemp(pattern.data()))
    fail("no temporary folder");
  return pattern;
}

std::string properties(int port, int controller_port, const fs::path &data) {
  const auto at = [](int number) {
    return "127.0.0.1:" + std::to_string(number);
  };
  return "process.roles=broker,controller\n"
         "node.id=1\n"
         "controller.quorum.voters=1@" +
         at(controller_port) +
         "\n"
         "listeners=PLAINTEXT://" +
         at(port) + ",CONTROLLER://" + at(controller_port) +
         "\n"
         "controller.listener.names=CONTROLLER\n"
         "log.dirs=" +
         data.string() +
         "\n"
         // There is one broker, so there is one copy.
         "offsets.topic.replication.factor=1\n"
         "transaction.state.log.replication.factor=1\n"
         "transaction.state.log.min.isr=1\n"
         "offsets.topic.num.partitions=4\n"
         "group.initial.rebalance.delay.ms=0\n"
         "auto.create.topics.enable=false\n"
         // Else a killed broker is not let in again for nine seconds.
         "broker.heartbeat.interval.ms=500\n"
         "broker.session.timeout.ms=3000\n";
}

constexpr auto log_settings =
    "log4j.rootLogger=WARN, stdout\n"
    "log4j.appender.stdout=org.apache.log4j.ConsoleAppender\n"
    "log4j.appender.stdout.layout=org.apache.log4j.PatternLayout\n"
    "log4j.appender.stdout.layout.ConversionPattern=%d %p %m (%c)%n\n";

} // namespace

struct private_kafka::implementation {
  fs::path jars = find_jars();
  fs::path java = find_java();
  fs::path folder;
  int port = free_port();
  std::unique_ptr<child_process> broker;

  explicit implementation(const fs::path &parent)
      : folder(make_folder(parent)) {}

  ~implementation() {
    broker.reset();
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }

  void configure(const std::string &more) const {
    std::ofstream(folder / "server.properties")
        << properties(port, free_port(), folder / "data") << more << '\n';
    std::ofstream(folder / "log4j.properties") << log_settings;
  }

  /// A small heap, and no second compiler: a test's broker lives for seconds.
  std::unique_ptr<child_process>
  launch(const std::vector<std::string> &command) const {
    std::vector<std::string> words{java,
                                   "-Xmx256m",
                                   "-XX:+UseSerialGC",
                                   "-XX:TieredStopAtLevel=1",
                                   "-Dlog4j.configuration=file:" +
                                       (folder / "log4j.properties").string(),
                                   "-cp",
                                   jars.string() + "/*"};
    words.insert(words.end(), command.begin(), command.end());
    return std::make_unique<child_process>(child_process::program{
        .command = std::move(words), .log = folder / "log", .environment = {}});
  }

  void format() const {
    const auto tool = launch({"kafka.tools.StorageTool", "format", "-t",
                              "walletTestCluster00000", // 16 bytes in base64
                              "-c", (folder / "server.properties").string()});
    if (tool->wait(patience) != 0)
      fail_with_log("its files cannot be made");
  }

  bool answers() const {
    const auto client = storage::make_client(
        RD_KAFKA_PRODUCER, "127.0.0.1:" + std::to_string(port),
        {{"log_level", "0"}}); // that it does not answer yet is no news
    return storage::count_partitions(client.get(), "none",
                                     storage::metadata_patience) == 0;
  }

  void wait_for_end() {
    if (!broker->wait(patience))
      fail_with_log("the broker does not end");
  }

  [[noreturn]] void fail_with_log(const std::string &what) const {
    std::ifstream in(folder / "log");
    fail(what + ":\n" + std::string(std::istreambuf_iterator<char>(in), {}));
  }
};

private_kafka::private_kafka(const std::string &more, const fs::path &parent)
    : impl_(std::make_unique<implementation>(parent)) {
  impl_->configure(more);
  impl_->format();
  start();
}

private_kafka::~private_kafka() = default;

std::string private_kafka::brokers() const {
  return "127.0.0.1:" + std::to_string(impl_->port);
}

std::filesystem::path private_kafka::data_folder() const {
  return impl_->folder / "data";
}

bool private_kafka::is_running() const { return impl_->broker->is_running(); }

void private_kafka::start() {
  impl_->broker = impl_->launch(
      {"kafka.Kafka", (impl_->folder / "server.properties").string()});
  const bool is_up = eventually(
      [&] { return impl_->answers() || !impl_->broker->is_running(); },
      patience);
  if (!is_up || !impl_->broker->is_running())
    impl_->fail_with_log("the broker does not start");
}

void private_kafka::kill_9() {
  impl_->broker->signal(SIGKILL);
  impl_->wait_for_end();
}

void private_kafka::stop() {
  impl_->broker->signal(SIGTERM);
  impl_->wait_for_end();
}

void private_kafka::freeze() { impl_->broker->signal(SIGSTOP); }

void private_kafka::unfreeze() { impl_->broker->signal(SIGCONT); }

private_kafka &shared_kafka() {
  static private_kafka broker;
  return broker;
}

} // namespace wallet::testing
