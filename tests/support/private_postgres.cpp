#include "tests/support/private_postgres.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/postgres_connection.hpp"

namespace wallet::testing {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// A crash recovery on a busy machine takes seconds, not tens of them.
constexpr auto patience = 20s;

[[noreturn]] void fail(const std::string &what) {
  throw std::runtime_error("private_postgres: " + what);
}

/// WALLET_POSTGRES_BIN, or the newest version that Debian has installed.
fs::path binaries() {
  if (const char *given = std::getenv("WALLET_POSTGRES_BIN"))
    return given;
  fs::path best;
  if (fs::exists("/usr/lib/postgresql"))
    for (const auto &entry : fs::directory_iterator("/usr/lib/postgresql"))
      if (fs::exists(entry.path() / "bin" / "initdb") &&
          (best.empty() || std::stoi(entry.path().filename()) >
                               std::stoi(best.parent_path().filename())))
        best = entry.path() / "bin";
  if (best.empty())
    fail("no PostgreSQL server in /usr/lib/postgresql; set "
         "WALLET_POSTGRES_BIN");
  return best;
}

const passwd *server_user() {
  if (geteuid() != 0)
    return nullptr;
  const passwd *user = getpwnam("postgres");
  if (!user)
    fail("PostgreSQL refuses to run as root and there is no user postgres");
  return user;
}

/// Nobody else gets this port as long as nobody asks for exactly it.
int free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound =
      bind(probe, reinterpret_cast<sockaddr *>(&address), size) == 0 &&
      getsockname(probe, reinterpret_cast<sockaddr *>(&address), &size) == 0;
  close(probe);
  if (!bound)
    fail("no free port");
  return ntohs(address.sin_port);
}

void become_server_user(const passwd *user) {
  if (user && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 ||
               setuid(user->pw_uid) != 0))
    _exit(126);
}

/// Starts a program in a process group of its own, so that a Ctrl-C of the
/// tests is ours to handle. `user`: null for this process's own.
pid_t spawn(const std::vector<std::string> &command, const passwd *user,
            int input, int output) {
  std::vector<char *> arguments;
  for (const auto &word : command)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0)
    fail(std::string("fork: ") + std::strerror(errno));
  if (child > 0)
    return child;
  setpgid(0, 0);
  become_server_user(user);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(arguments[0], arguments.data());
  _exit(127);
}

/// Outlives the test process: when that has ended, however it did, it ends the
/// server, also a frozen one, and deletes the folder.
constexpr auto guard_script = R"sh(
cat > /dev/null
server=$(head -n 1 "$0/data/postmaster.pid")
if [ "$(readlink "/proc/$server/cwd")" = "$0/data" ]; then
  kill -STOP "$server"
  kill -KILL $(cat "/proc/$server/task/$server/children") "$server"
fi
rm -rf "$0"
)sh";

/// Ends when the process `pid`, a child or not, has ended.
void wait_for_end(pid_t pid) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0)
    return; // gone already
  pollfd watched{handle, POLLIN, 0};
  const int ready =
      poll(&watched, 1,
           static_cast<int>(std::chrono::milliseconds(patience).count()));
  close(handle);
  if (ready != 1)
    fail("process " + std::to_string(pid) + " does not end");
}

std::vector<pid_t> children_of(pid_t pid) {
  const auto number = std::to_string(pid);
  std::ifstream listed("/proc/" + number + "/task/" + number + "/children");
  std::vector<pid_t> children;
  for (pid_t child; listed >> child;)
    children.push_back(child);
  return children;
}

void give_to_server_user(const fs::path &folder) {
  if (const auto *user = server_user())
    if (chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0)
      fail("chown " + folder.string());
}

private_postgres::table to_table(const storage::rows &found) {
  private_postgres::table cells;
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto &line = cells.emplace_back();
    for (int column = 0; column < found.columns(); ++column)
      line.emplace_back(found[i].text(column));
  }
  return cells;
}

} // namespace

struct private_postgres::implementation {
  fs::path bin = binaries();
  fs::path folder;
  int port = 0;
  int log_file = -1;
  int null_file = open("/dev/null", O_RDWR | O_CLOEXEC);
  /// As long as it is open, the guard waits.
  int guard_pipe = -1;
  pid_t guard = -1;
  pid_t postmaster = -1;
  int databases = 0;

  fs::path log() const { return folder / "server.log"; }
  fs::path data() const { return folder / "data"; }

  void make_folder(const fs::path &parent) {
    auto pattern = (parent / "wallet-pg-XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      fail("no temporary folder");
    folder = pattern;
    give_to_server_user(folder);
    log_file =
        open(log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }

  void set_guard() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      fail("no pipe");
    guard = spawn({"/bin/sh", "-c", guard_script, folder}, nullptr, ends[0],
                  null_file);
    close(ends[0]);
    guard_pipe = ends[1];
  }

  /// The guard deletes the folder.
  void dismiss_guard() {
    close(guard_pipe);
    waitpid(guard, nullptr, 0);
  }

  ~implementation() {
    close(log_file);
    close(null_file);
  }

  void initialize() {
    // Without --no-sync this takes a second; the server itself runs with fsync.
    const pid_t child =
        spawn({bin / "initdb", "-D", data(), "-A", "trust", "-U", "postgres",
               "-E", "UTF8", "--locale=C", "--no-sync"},
              server_user(), null_file, log_file);
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0)
      fail("initdb failed: " + read_log());
  }

  std::string read_log() const {
    std::ifstream in(log());
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void reap() {
    if (postmaster > 0)
      waitpid(postmaster, nullptr, 0);
    postmaster = -1;
  }

  void signal_all(int number) const {
    // Held, so that no new process appears meanwhile.
    kill(postmaster, SIGSTOP);
    for (const auto child : children_of(postmaster))
      kill(child, number);
    kill(postmaster, number);
  }
};

private_postgres::private_postgres(const fs::path &parent)
    : impl_(std::make_unique<implementation>()) {
  impl_->make_folder(parent);
  impl_->set_guard();
  impl_->port = free_port();
  try {
    impl_->initialize();
    start();
  } catch (...) {
    impl_->dismiss_guard();
    throw;
  }
}

private_postgres::~private_postgres() {
  impl_->dismiss_guard();
  impl_->reap();
}

std::string private_postgres::url(const std::string &database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(impl_->port) +
         "/" + database;
}

std::string private_postgres::socket_url(const std::string &database) const {
  return "host=" + impl_->folder.string() +
         " port=" + std::to_string(impl_->port) +
         " user=postgres dbname=" + database;
}

int private_postgres::port() const { return impl_->port; }

std::string private_postgres::program(const std::string &name) const {
  return impl_->bin / name;
}

std::string private_postgres::new_database() {
  const auto name = "test_" + std::to_string(++impl_->databases);
  exec("create database " + name);
  return url(name);
}

private_postgres::table private_postgres::exec(const std::string &sql,
                                               const std::string &database) {
  return exec_at(socket_url(database), sql);
}

void private_postgres::start() {
  impl_->postmaster =
      spawn({impl_->bin / "postgres", "-D", impl_->data(), "-p",
             std::to_string(impl_->port), "-c", "listen_addresses=127.0.0.1",
             "-c", "unix_socket_directories=" + impl_->folder.string(), "-c",
             "fsync=on", "-c", "max_connections=200"},
            server_user(), impl_->null_file, impl_->log_file);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    try {
      exec("select 1");
      return;
    } catch (const storage::unavailable &error) {
      if (waitpid(impl_->postmaster, nullptr, WNOHANG) != 0 ||
          std::chrono::steady_clock::now() > deadline)
        fail(std::string("the server does not start: ") + error.what() + "\n" +
             impl_->read_log());
    }
    std::this_thread::sleep_for(10ms); // between two looks at the condition
  }
}

bool private_postgres::is_running() const {
  return impl_->postmaster > 0 &&
         waitpid(impl_->postmaster, nullptr, WNOHANG) == 0;
}

void private_postgres::kill_9() {
  if (impl_->postmaster < 0)
    return;
  kill(impl_->postmaster, SIGSTOP); // no new ones while we list them
  const auto children = children_of(impl_->postmaster);
  impl_->signal_all(SIGKILL);
  for (const auto child : children)
    wait_for_end(child);
  impl_->reap();
}

void private_postgres::stop_immediate() {
  const auto children = children_of(impl_->postmaster);
  kill(impl_->postmaster, SIGQUIT);
  wait_for_end(impl_->postmaster);
  for (const auto child : children)
    wait_for_end(child);
  impl_->reap();
}

void private_postgres::freeze() { impl_->signal_all(SIGSTOP); }

void private_postgres::unfreeze() { impl_->signal_all(SIGCONT); }

private_postgres::table exec_at(const std::string &url,
                                const std::string &sql) {
  storage::postgres_connection on({.url = url, .purpose = "test"});
  return to_table(on.script(sql));
}

std::string value_at(const std::string &url, const std::string &sql) {
  const auto cells = exec_at(url, sql);
  if (cells.empty() || cells.front().empty())
    fail("no row: " + sql);
  return cells.front().front();
}

} // namespace wallet::testing
