#include "tests/support/backup.hpp"

#include <stdexcept>

#include "tests/support/child_process.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/shared_postgres.hpp"

namespace wallet::testing {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;

} // namespace

struct backup::implementation {
  scratch_folder scratch;

  std::string file() const { return scratch.path() / "dump"; }

  void run(std::vector<std::string> command) const {
    const auto log = scratch.path() / "log";
    command.front() = shared_postgres().program(command.front());
    child_process process({command, log, scratch.path(), {}});
    if (process.wait(patience) != 0)
      throw std::runtime_error("backup: " + command.front() + "\n" +
                               text_of(log));
  }
};

backup::backup(const std::string &url)
    : impl_(std::make_unique<implementation>()) {
  impl_->run({"pg_dump", "--format=custom", "--file=" + impl_->file(),
              "--dbname=" + url});
}

backup::~backup() = default;

std::string backup::restore() const {
  auto url = shared_postgres().new_database();
  impl_->run(
      {"pg_restore", "--exit-on-error", "--dbname=" + url, impl_->file()});
  return url;
}

} // namespace wallet::testing
