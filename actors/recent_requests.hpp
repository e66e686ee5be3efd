#pragma once

#include <optional>
#include <vector>

#include "actors/interfaces.hpp"

namespace wallet::actors {

/// The newest keyed commands of one wallet with what they did. Bounded: the
/// store never forgets a key, this only saves asking it.
class recent_requests {
public:
  /// Enough for the quick retries of a busy wallet's clients; about 250 bytes
  /// each, and only wallets with keyed commands pay.
  static constexpr std::size_t capacity = 16;

  void remember(const command &asked, const receipt &done);

  /// The answer to a repeated command: its receipt as a replay, or
  /// idempotency_key_reused for another payload. Nothing: not remembered.
  std::optional<command_answer> answer_to(const command &repeated) const;

private:
  struct entry {
    command asked;
    receipt done;
  };

  std::vector<entry> entries_;
  std::size_t oldest_ = 0;
};

/// The answer to a command whose key is in the store.
command_answer answer_from_store(const command &repeated,
                                 const storage::stored_transaction &stored,
                                 const profile_ptr &profile);

/// What a stamped unit did, if it is committed.
receipt receipt_of(const unit &work);

} // namespace wallet::actors
