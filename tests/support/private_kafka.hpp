#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace wallet::testing {

/// An Apache Kafka broker of one's own: one process for both roles, a temporary
/// folder, free ports, no topics (and none that appear by themselves). Ended
/// and deleted by the destructor; killed with the test process. Start it on the
/// main thread.
///
/// Needs `java`, and the broker's jars in build/kafka/libs (scripts/setup puts
/// them there) or in the folder that WALLET_KAFKA_LIBS names.
///
/// Every method waits for its effect (3 min at most: a JVM on a busy machine)
/// and raises std::runtime_error otherwise, with the broker's last words.
class private_kafka {
public:
  /// `more`: further lines for server.properties, which win. `parent`: where
  /// its folder is made.
  explicit private_kafka(const std::string &more = {},
                         const std::filesystem::path &parent =
                             std::filesystem::temp_directory_path());
  ~private_kafka();
  private_kafka(const private_kafka &) = delete;
  private_kafka &operator=(const private_kafka &) = delete;

  /// "127.0.0.1:<port>", the same for ever.
  std::string brokers() const;

  /// Where it keeps its partitions; not to be touched while it runs.
  std::filesystem::path data_folder() const;
  /// A broker whose disk is full ends.
  bool is_running() const;

  /// As a crash.
  void kill_9();
  /// As an operator does.
  void stop();
  /// After kill_9 and stop, with the same data.
  void start();
  /// Stops the broker in its tracks, and lets it go on.
  void freeze();
  void unfreeze();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

/// One broker for all tests of a process that only need a topic each and do not
/// harm it. Started at first use.
private_kafka &shared_kafka();

} // namespace wallet::testing
