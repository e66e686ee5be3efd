#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "events/wallet_state.hpp"
#include "storage/append.hpp"
#include "storage/event_store.hpp"

namespace wallet::testing {

/// "70.0000"
money amount(const std::string &text);

/// A wallet id of the shard `shard`, the `number`th of a process.
wallet_id id_in_shard(std::size_t shard, std::uint32_t number);

request_key key_named(const std::string &name);

/// Stamps batches for tests that write to an event store: what the sequencer
/// does, without anybody who asks. A value: a copy is an earlier state to go
/// back to. The first batch follows `heads`; it takes for granted that each
/// batch is committed.
class batch_builder {
public:
  explicit batch_builder(const storage::shard_heads &heads);

  wallet_id create(const std::string &user, std::optional<request_key> key = {},
                   std::optional<std::size_t> shard = {});
  void fund(const wallet_id &wallet, const std::string &how_much,
            std::optional<request_key> key = {});
  void transfer(const wallet_id &from, const wallet_id &to,
                const std::string &how_much,
                std::optional<request_key> key = {});

  /// All since the last call.
  storage::batch take();

  /// The epochs of these shards from now on.
  void raise(const std::vector<std::pair<shard_number, epoch>> &epochs);

private:
  event &add(const wallet_id &wallet, event_type type, money how_much);
  storage::shard_advance &advance_of(shard_number shard);

  storage::shard_heads heads_;
  std::map<wallet_id, wallet_state> wallets_;
  std::map<shard_number, storage::shard_advance> advances_;
  std::vector<recorded_event> events_;
  timestamp now_;
};

} // namespace wallet::testing
