#include "bench/history_lag.hpp"

#include <stdexcept>
#include <thread>

#include "storage/lag.hpp"

namespace wallet::bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto between_looks = 2ms;
constexpr auto between_markers = 50ms;

/// A closed loop of one connection: a marker, looks until it is there, again.
class marker_loop {
public:
  side write(std::string &to) {
    if (marker_.empty()) {
      std::this_thread::sleep_for(between_markers);
      write_post("/wallets", R"({"user_id":"bench-marker"})", "", to);
      return side::wallets;
    }
    std::this_thread::sleep_for(between_looks);
    to +=
        "GET /wallets/" + marker_ + "/history HTTP/1.1\r\nHost: bench\r\n\r\n";
    return side::history;
  }

  void read(int status, std::string_view body) {
    if (status != 200)
      return;
    if (marker_.empty()) {
      constexpr std::string_view mark = "\"id\":\"";
      marker_ = body.substr(body.find(mark) + mark.size(), 36);
      written_ = clock::now();
      return;
    }
    has_answered_ = true;
    if (body.find("WALLET_CREATED") != std::string_view::npos) {
      lag_.record(clock::now() - written_);
      marker_.clear();
    }
  }

  bool has_answered() const { return has_answered_; }

  /// Of all markers; one that is not there yet counts up to now.
  histogram end() {
    if (!marker_.empty())
      lag_.record(clock::now() - written_);
    return lag_;
  }

private:
  std::string marker_;
  clock::time_point written_;
  bool has_answered_ = false;
  histogram lag_;
};

} // namespace

histogram measure_history_lag(const endpoints &service,
                              std::chrono::milliseconds duration) {
  marker_loop loop;
  load_options options;
  options.service = service;
  options.connections = 1;
  options.warm_up = 0ms;
  options.duration = duration;
  run_load(
      options, [&](std::uint64_t, std::string &to) { return loop.write(to); },
      [&](std::uint64_t, int status, std::string_view body) {
        loop.read(status, body);
      });
  if (!loop.has_answered())
    throw std::runtime_error(
        "the history does not answer on port " +
        std::to_string(service.history_port) +
        ": --history-port says where it is, and without --lag it is not asked");
  return loop.end();
}

std::chrono::duration<double>
wait_until_caught_up(const std::string &database_url) {
  const auto begun = clock::now();
  const auto heads = storage::read_lag(database_url, database_url, {}).heads;
  const auto has_all = [&] {
    const auto now =
        storage::read_lag(database_url, database_url, {}).checkpoints;
    for (std::size_t i = 0; i < heads.size(); ++i)
      if (now[i] < heads[i])
        return false;
    return true;
  };
  while (!has_all()) {
    if (clock::now() - begun > 1min)
      throw std::runtime_error("the history does not catch up");
    std::this_thread::sleep_for(between_looks);
  }
  return clock::now() - begun;
}

} // namespace wallet::bench
