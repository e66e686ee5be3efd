#include "tests/support/child_process.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wallet::testing {

namespace {

[[noreturn]] void fail(const std::string &what) {
  throw std::runtime_error("child_process: " + what + ": " +
                           std::strerror(errno));
}

std::vector<std::string> environment_with(
    const std::map<std::string, std::optional<std::string>> &laid) {
  std::vector<std::string> result;
  for (char **entry = environ; *entry; ++entry) {
    const std::string line = *entry;
    if (!laid.contains(line.substr(0, line.find('='))))
      result.push_back(line);
  }
  for (const auto &[name, value] : laid)
    if (value)
      result.push_back(name + "=" + *value);
  return result;
}

std::vector<char *> pointers_to(const std::vector<std::string> &words) {
  std::vector<char *> result;
  for (const auto &word : words)
    result.push_back(const_cast<char *>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

} // namespace

child_process::child_process(const program &started) {
  // All memory is taken before the fork: in a process of several threads the
  // child may only make system calls.
  const auto variables = environment_with(started.environment);
  const auto arguments = pointers_to(started.command);
  const auto environment = pointers_to(variables);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0)
    fail("fork");
  if (pid_ > 0)
    return;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent || chdir(started.working_folder.c_str()) != 0)
    _exit(126);
  const int out =
      open(started.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  execve(arguments[0], arguments.data(), environment.data());
  _exit(127);
}

child_process::~child_process() {
  if (status_)
    return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void child_process::signal(int number) {
  if (!status_)
    kill(pid_, number);
}

std::optional<int> child_process::wait(std::chrono::milliseconds patience) {
  if (status_)
    return status_;
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (handle < 0)
    fail("pidfd_open");
  pollfd watched{handle, POLLIN, 0};
  const int ready = poll(&watched, 1, static_cast<int>(patience.count()));
  close(handle);
  if (ready != 1)
    return std::nullopt;
  int status = 0;
  waitpid(pid_, &status, 0);
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

} // namespace wallet::testing
