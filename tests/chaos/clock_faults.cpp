#include <filesystem>
#include <fstream>

#include "tests/chaos/fault.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// The wall clock of a server that is started in its environment; see
/// moved_clock.cpp.
class server_clock {
public:
  explicit server_clock(const fs::path &folder) : file_(folder / "clock") {
    move(0s);
  }
  /// From the machine's time, at once.
  void move(std::chrono::seconds offset) const {
    const std::int64_t value = offset.count();
    std::fstream out(file_,
                     fs::exists(file_)
                         ? std::ios::in | std::ios::out | std::ios::binary
                         : std::ios::out | std::ios::binary);
    out.write(reinterpret_cast<const char *>(&value), sizeof value);
  }
  std::map<std::string, std::string> environment() const {
#ifdef __SANITIZE_ADDRESS__
    const std::string first = "libasan.so.8 "; // insists on being that
#else
    const std::string first;
#endif
    return {{"LD_PRELOAD", first + WALLET_MOVED_CLOCK},
            {"WALLET_CLOCK", file_.string()}};
  }

private:
  fs::path file_;
};

void restart(stage &on, const std::map<std::string, std::string> &environment) {
  on.expect(on.server().terminate(20s) == 0, "a server does not end");
  on.server().set_environment(environment);
  on.server().start();
  on.server().wait_ready(60s);
}

/// Has the server stamped events by the new clock?
bool is_ahead(stage &on) {
  return testing::value_at(on.database_url(),
                           "select max(last_recorded_at) > clock_timestamp() + "
                           "interval '30 min' from ledger.shards") == "t";
}

} // namespace

/// An hour ahead, then two hours back, with the service at work.
healing move_clock(stage &on) {
  const server_clock clock(on.settings().folder);
  restart(on, clock.environment());
  clock.move(1h);
  on.expect_soon([&] { return is_ahead(on); }, 30s,
                 "the server's clock does not move");
  on.expect_successes(100, "its clock is an hour ahead");
  clock.move(-1h);
  on.expect_successes(300, "its clock has gone back two hours");
  return [&on] { restart(on, {}); };
}

} // namespace wallet::chaos
