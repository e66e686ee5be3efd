#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace wallet::testing {

/// A program that runs beside the test, in a process group of its own, so that
/// a Ctrl-C of the tests is theirs to handle. Killed by the destructor, and by
/// the kernel when the thread that started it ends: start it on the main
/// thread.
class child_process {
public:
  struct program {
    /// The first is the path of an executable.
    std::vector<std::string> command;
    /// Gets what the program writes, both streams, after what it holds.
    std::filesystem::path log;
    std::filesystem::path working_folder = "/";
    /// Laid over the environment of the test; nothing removes a name.
    std::map<std::string, std::optional<std::string>> environment;
  };

  /// Raises std::runtime_error when there can be no process; a program that
  /// cannot be executed ends with status 127.
  explicit child_process(const program &started);
  ~child_process();
  child_process(const child_process &) = delete;
  child_process &operator=(const child_process &) = delete;

  int pid() const { return pid_; }

  /// Nothing once it has been waited for.
  void signal(int number);

  /// Its exit status, or 128 + the number of the signal that ended it, as in
  /// a shell. Nothing when it still runs after `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience);

  bool is_running() { return !wait(std::chrono::milliseconds(0)); }

private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

} // namespace wallet::testing
