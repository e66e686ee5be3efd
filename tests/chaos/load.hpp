#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/chaos/findings.hpp"
#include "tests/chaos/journal.hpp"
#include "tests/chaos/success_meter.hpp"
#include "tests/support/http_client.hpp"

namespace wallet::chaos {

/// How often each kind of answer came, over all clients.
struct tally {
  std::uint64_t done = 0;
  std::uint64_t replayed = 0;
  /// 4xx for the content of the request.
  std::uint64_t refused = 0;
  /// 503 or 429 which say that nothing was done.
  std::uint64_t turned_away = 0;
  /// 503 which says that the outcome is open.
  std::uint64_t unknown = 0;
  /// No answer after bytes were sent.
  std::uint64_t silent = 0;
  /// Nobody listened: nothing was sent.
  std::uint64_t unreachable = 0;
  std::uint64_t reads = 0;

  std::uint64_t failed() const {
    return turned_away + unknown + silent + unreachable;
  }
  /// What came since `before` was taken.
  tally since(const tally &before) const;
  tally with(const tally &other) const;
};

/// FAULTS.md's load: a closed loop of clients; Zipf over the wallets with a
/// very hot first one, 70 % transfers, 10 % repeats of an earlier request with
/// its key, 5 % overdrafts, 2 % bad input, the rest funds and reads. One
/// request of ten goes without a key.
///
/// A client that gets no answer or a 503 goes on to the next server, waits
/// until one is ready, and then repeats the request, or half of the time
/// leaves it as it is. Never repeats one without a key.
///
/// Checked at once: every read shows at least the version that anyone had seen
/// before it was sent (I11); repeats are answered as the first time; bad input
/// is a 4xx; a failure is a 503 or 429 with Retry-After, within the deadline.
class load {
public:
  struct options {
    int clients = 64;
    std::uint64_t seed = 1;
    /// Ports of the servers; clients begin with the first.
    std::vector<int> ports;
    std::vector<std::string> wallets;
    /// Longer than the service's deadline for an answer.
    std::chrono::milliseconds patience{12'000};
    /// Requests a second of all clients; 0: as fast as they are answered.
    double rate = 0;
  };

  /// Starts the clients' threads.
  load(options chosen, findings &wrong);
  ~load();

  moment now() const;
  tally so_far() const;

  const success_meter &successes() const;

  /// The longest that a client waited for an answer so far.
  moment longest_wait() const;
  /// The same since the last call.
  moment take_longest_wait();

  /// Ends after the requests that are under way.
  journal stop();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace wallet::chaos
