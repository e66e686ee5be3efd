#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <vector>

#include "bench/random.hpp"
#include "tests/chaos/load.hpp"

namespace wallet::chaos {

/// What the clients of a load share.
struct load_state {
  load::options chosen;
  findings &wrong;
  std::chrono::steady_clock::time_point began =
      std::chrono::steady_clock::now();
  std::atomic<bool> is_stopping{false};
  /// Of the request that was made last.
  std::atomic<std::uint32_t> number{0};
  /// Of each wallet: the newest version that any client has been told.
  std::vector<std::atomic<std::int64_t>> versions;
  /// The share of all requests up to each wallet (Zipf).
  std::vector<double> shares;
  success_meter successes;
  /// Waits for answers: the longest of all, and since somebody looked.
  std::atomic<std::int64_t> longest_wait_ns{0}, recent_wait_ns{0};

  load_state(load::options given, findings &found);
  moment now() const;
};

/// One of the load's clients, on a thread of its own.
class load_client {
public:
  load_client(load_state &shared, std::size_t number);

  /// Until the load stops.
  void run();

  std::deque<note> take_notes() { return std::move(notes_); }
  tally counted() const;

private:
  enum class result { decided, open, away };

  void step();
  void ask();
  void repeat();
  void read();
  void send_rubbish();

  note &make_note(operation what);
  /// Once, or, after a failure, until it is decided or left as it is.
  void pursue(note &one);
  result attempt(note &one);
  result judge_failure(note &one, const testing::http_client::maybe_answer &);
  void on_done(note &one, const testing::http_answer &answer);
  void see(std::size_t wallet, std::int64_t version);
  void check_failure(const std::string &asked,
                     const testing::http_answer &answer);

  void next_server();
  /// False: the load ends.
  bool await_service();
  testing::http_client &server() { return servers_[current_]; }

  bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
  std::uint16_t some_wallet();

  template <class Counter> void count(Counter tally::*which) {
    const std::scoped_lock lock(mutex_);
    ++(counts_.*which);
  }

  load_state &shared_;
  std::vector<testing::http_client> servers_;
  std::size_t current_ = 0;
  bench::random_numbers random_;
  std::deque<note> notes_;
  mutable std::mutex mutex_;
  tally counts_;
};

} // namespace wallet::chaos
