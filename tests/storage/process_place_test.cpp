#include <catch2/catch.hpp>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "storage/process_place.hpp"

using wallet::storage::process_place;

namespace {

/// A URL that no other test and no other run of this one uses.
std::string url_named(const std::string &name,
                      const std::string &password = "secret") {
  return "postgresql://me:" + password + "@host/" + name +
         std::to_string(getpid());
}

/// Another process that holds a place and does nothing else.
class holder {
public:
  explicit holder(const std::string &url) {
    int ends[2] = {};
    REQUIRE(pipe(ends) == 0);
    pid_ = fork();
    if (pid_ == 0) {
      process_place place(url);
      const char is_held = place.hold().empty() ? 'n' : 'y';
      if (write(ends[1], &is_held, 1) == 1)
        for (;;)
          pause();
      _exit(1);
    }
    char is_held = 0;
    REQUIRE(read(ends[0], &is_held, 1) == 1);
    CHECK(is_held == 'y');
    close(ends[0]);
    close(ends[1]);
  }

  ~holder() { kill_9(); }

  void freeze() const {
    kill(pid_, SIGSTOP);
    waitpid(pid_, nullptr, WUNTRACED);
  }

  void kill_9() {
    if (pid_ <= 0)
      return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

private:
  pid_t pid_ = 0;
};

} // namespace

TEST_CASE("a place is held by one at a time") {
  process_place first(url_named("one"));
  process_place second(url_named("one"));
  const auto name = first.hold();
  CHECK_FALSE(name.empty());
  CHECK(first.hold() == name);
  CHECK(second.hold().empty());
}

TEST_CASE("a place is held until its process ends") {
  {
    process_place first(url_named("life"));
    CHECK_FALSE(first.hold().empty());
  }
  CHECK(process_place(url_named("life")).hold().empty());
}

TEST_CASE("the place of a dead process is free and has the same name") {
  // Whoever gets it here keeps it.
  static int run = 0;
  const auto url = url_named("dead" + std::to_string(++run));
  holder former(url);
  process_place next(url);
  CHECK(next.hold().empty());
  SECTION("killed while it ran") {}
  SECTION("killed while it was frozen") {
    former.freeze();
    CHECK(next.hold().empty());
  }
  former.kill_9();
  const auto name = next.hold();
  CHECK_FALSE(name.empty());
  CHECK(name.find("secret") == std::string::npos);
}

TEST_CASE("each database has a place of its own, whatever the password") {
  process_place one("postgresql://me:secret@host/a" + url_named(""));
  CHECK_FALSE(one.hold().empty());
  process_place changed("postgresql://me:other@host/a" + url_named(""));
  CHECK(changed.hold().empty());
  process_place another("postgresql://me:secret@host/b" + url_named(""));
  CHECK_FALSE(another.hold().empty());
  CHECK(another.hold() != one.hold());
}
