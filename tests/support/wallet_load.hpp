#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "tests/support/http_client.hpp"

namespace wallet::testing {

/// A request with its key, noted before it was sent, and what came of it each
/// time it was sent: an answer or none.
struct journal_entry {
  wallet_id wallet;
  std::string operation;
  std::string key;
  std::string target;
  std::string body;
  std::vector<std::optional<http_answer>> answers;

  /// The first answer that says it has been done.
  const http_answer *success() const;
  /// The last answer says that it has not been done, and why.
  bool is_refused() const;
};

using journal = std::vector<journal_entry>;

/// Clients that fund wallets and move money between them in a closed loop:
/// most transfers touch the first wallet, one request of ten is a repeat, one
/// of twenty asks for more than there is. Every request carries a key.
///
/// A client that gets no answer, or a 5xx, waits until the service is ready
/// again; then it repeats that request, or, half of the time, leaves it
/// unknown.
class wallet_load {
public:
  struct options {
    int clients = 16;
    std::uint64_t seed = 1;
  };

  /// Starts the clients' threads. `server` makes a client for one thread.
  wallet_load(const http_client &server, std::vector<std::string> wallets,
              options chosen);
  ~wallet_load();

  /// How often there was such an answer so far.
  std::size_t succeeded() const;
  std::size_t failed() const; ///< 5xx
  std::size_t silent() const; ///< no answer at all

  /// Ends after the requests that are under way; what all clients noted.
  journal stop();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

/// Creates wallets and funds each with `amount`, without keys. Their ids.
std::vector<std::string> funded_wallets(http_client &server, int count,
                                        const std::string &amount);

/// A seed for this run, from the environment's WALLET_TEST_SEED if it is set.
std::uint64_t test_seed();

} // namespace wallet::testing
