#include <cerrno>
#include <cstring>
#include <fstream>

#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "tests/chaos/checker.hpp"
#include "tests/chaos/fault.hpp"
#include "tests/support/scratch_folder.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;

namespace {

[[noreturn]] void fail(const std::string &what) {
  throw std::runtime_error("fault 15 mounts small disks, which needs root: " +
                           what + ": " + std::strerror(errno));
}

/// From now on, mounts of this thread and of the processes it starts are seen
/// by nobody else, and end with them.
void keep_mounts_private() {
  static const bool is_done = [] {
    if (unshare(CLONE_NEWNS) != 0)
      fail("unshare");
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      fail("mount");
    return true;
  }();
  static_cast<void>(is_done);
}

/// A disk in memory that can be filled.
class small_disk {
public:
  explicit small_disk(int megabytes) {
    keep_mounts_private();
    const auto options = "mode=0711,size=" + std::to_string(megabytes) + "m";
    if (mount("chaos", path().c_str(), "tmpfs", 0, options.c_str()) != 0)
      fail("mount");
  }
  ~small_disk() { umount2(path().c_str(), MNT_DETACH); }
  small_disk(const small_disk &) = delete;
  small_disk &operator=(const small_disk &) = delete;

  const std::filesystem::path &path() const { return folder_.path(); }

  /// To the last byte.
  void fill() const {
    std::ofstream out(filler(), std::ios::app);
    const std::string zeros(4096, '\0');
    while (out.write(zeros.data(), std::ssize(zeros)) && out.flush()) {
    }
  }
  void make_space() const { std::filesystem::remove(filler()); }

private:
  std::filesystem::path filler() const { return path() / "filler"; }

  testing::scratch_folder folder_;
};

/// PostgreSQL, Kafka and the service, each on a disk of its own.
struct small_disks {
  // What they need to begin with, and some seconds of work.
  small_disk database{400}, broker{300}, service{16};
};

void fill_database(stage &on, const small_disk &disk) {
  const auto before = on.clients().so_far();
  disk.fill();
  on.expect_soon(
      [&] { return on.clients().so_far().since(before).failed() > 0; }, 60s,
      "a full disk under PostgreSQL goes unnoticed");
  on.hold(1s);
  disk.make_space();
  // Without space for its log it ends.
  if (!on.postgres().is_running())
    on.postgres().start();
  on.expect_successes(100, "PostgreSQL's disk has space again");
}

void fill_broker(stage &on, const small_disk &disk) {
  const auto before = on.clients().so_far();
  disk.fill();
  on.expect_successes(300, "Kafka's disk is full");
  on.expect(on.clients().so_far().since(before).failed() == 0,
            "a full disk under Kafka fails commands");
  disk.make_space();
  // It ends when it cannot write.
  if (!on.kafka().is_running())
    on.kafka().start();
}

/// With something to say.
void fill_service(stage &on, const small_disk &disk) {
  disk.fill();
  end_backends(on.database_url(), "append_batch");
  on.expect_successes(300, "the disk of the service's log is full");
  disk.make_space();
}

pace small(pace chosen) {
  chosen.clients = 16;
  chosen.wallets = 100;
  chosen.rate = 1'000; // the disks are small
  return chosen;
}

} // namespace

/// In an installation of its own, beside this one.
healing fill_disks(stage &on) {
  const small_disks disks;
  stage inner(
      small(on.chosen()), on.random().next(),
      {disks.database.path(), disks.broker.path(), disks.service.path()});
  inner.expect_successes(100, "all disks have space");
  fill_service(inner, disks.service);
  fill_broker(inner, disks.broker);
  fill_database(inner, disks.database);
  auto noted = inner.finish();
  const auto found = check(inner, noted);
  for (const auto &line : inner.wrong().lines())
    on.wrong().add("on small disks: " + line);
  on.tell("on small disks: " + std::to_string(found.requests) + " requests, " +
          std::to_string(found.unknown.open) + " open outcomes, " +
          std::to_string(found.unknown.explained()) + " explained");
  return [] {};
}

} // namespace wallet::chaos
