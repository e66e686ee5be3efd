#pragma once

// Every message between actors, on one page. Plain structs, matched by type;
// answers go to the sender unless a message says to whom.
//
//   http -> gateway -> shard -> wallet <-> sequencer -> store writer
//                        |                     |
//                        v                     v
//                   store reader             relay -> bus producer
//
//   bus consumer (or log follower) -> history -> history writer
//   http -> history reader, history readiness
//
// Messages between two actors arrive in the order sent. The wallet protocol
// relies on that, see wallet.hpp and stamping.hpp.

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/answers.hpp"
#include "events/command.hpp"
#include "events/wallet_state.hpp"
#include "storage/append.hpp"
#include "storage/event_log.hpp"
#include "storage/event_store.hpp"
#include "storage/history_store.hpp"

namespace wallet::actors {

class append_queue;

// -- what clients ask: http -> gateway (-> shard -> wallet) -------------------

/// A create whose wallet is nil asks the gateway for a new id.
struct execute {
  command asked;
  reply_to<command_answer> reply;
};

struct read_wallet {
  wallet_id wallet;
  reply_to<wallet_answer> reply;
};

/// Newest first, at most `limit`.
struct list_wallets {
  user_id user;
  std::size_t limit = 0;
  reply_to<wallets_answer> reply;
  std::chrono::steady_clock::time_point asked_at =
      std::chrono::steady_clock::now();
};

/// Of the gateway, or of the history's readiness actor.
struct read_readiness {
  reply_to<readiness_answer> reply;
};

// -- http -> history reader ---------------------------------------------------

struct read_wallet_history {
  wallet_id wallet;
  std::size_t limit = 0;
  reply_to<history_answer> reply;
  std::chrono::steady_clock::time_point asked_at =
      std::chrono::steady_clock::now();
};

struct read_user_activity {
  user_id user;
  std::size_t limit = 0;
  reply_to<history_answer> reply;
  std::chrono::steady_clock::time_point asked_at =
      std::chrono::steady_clock::now();
};

// -- the wallet protocol: shard, wallet, sequencer ----------------------------

/// One wallet's part of a unit. The wallet fills what it knows, the sequencer
/// stamps `stamped`.
struct leg {
  profile_ptr profile;
  caf::actor owner;
  event_draft draft;
  /// The wallet's committed head; counts only if the sequencer does not know
  /// the wallet yet.
  wallet_head seen;
  event stamped;
  /// The stamped head before it, for taking the stamp back.
  wallet_head before;
};

/// All that one command writes: in one commit or not at all. It belongs to
/// one actor at a time (whoever got the message), and to nobody for writing
/// once it is settled.
struct unit {
  unit() = default;
  unit(const unit &) = delete;
  unit &operator=(const unit &) = delete;

  execute origin;
  std::array<leg, 2> legs;
  std::size_t leg_count = 1;
};

using unit_ptr = std::shared_ptr<unit>;

/// Why a command ends without a new event.
using refusal = std::variant<failure, rejection>;

/// Sender's wallet -> receiver's shard -> receiver's wallet, which promises
/// the credit and hands the unit to the sequencer, or answers credit_refused.
struct offer_credit {
  unit_ptr work;
};

struct credit_refused {
  unit_ptr work;
  refusal why;
};

/// Would the receiver refuse? Asked before a transfer is refused for lack of
/// money, because a missing receiver is the reason with precedence.
struct check_receiver {
  caf::actor asker;
  std::uint64_t ticket = 0;
  wallet_id receiver;
  wallet_id sender;
  money amount;
  currency money_currency;
};

struct receiver_checked {
  std::uint64_t ticket = 0;
  std::optional<refusal> why;
};

/// Wallet -> sequencer: ready to be stamped.
struct submit {
  unit_ptr work;
};

/// Sequencer -> each wallet of a unit; the receiver of a transfer first, so
/// that whoever is told of the sender's leg can read the receiver's.
struct settled {
  unit_ptr work;
  std::size_t leg = 0;
};

/// Nothing was written. With a stored transaction: it had been written before.
struct aborted {
  unit_ptr work;
  std::size_t leg = 0;
  std::variant<failure, storage::stored_transaction> why;
};

/// Shard -> wallet: go if you have nothing outstanding. A wallet that has
/// answers stay_awake; another says goodbye to the sequencer, which tells the
/// shard, so that no stamped head outlives its wallet.
struct passivate {};
struct stay_awake {
  wallet_id wallet;
};
struct forget_wallet {
  wallet_id wallet;
  caf::actor shard;
};
struct wallet_forgotten {
  wallet_id wallet;
};

// -- storage, each behind an actor with a thread and a connection of its own --

/// Sequencer -> idle store writer, which goes on by itself: see append_queue.
struct append {
  std::shared_ptr<append_queue> from;
  caf::actor sequencer;
};
/// Store writer -> sequencer, for each batch that it took, in their order.
struct appended {
  storage::batch_ptr written;
  storage::append_outcome outcome;
};
/// After storage::unknown. No answer of the store: try again.
struct resolve {
  storage::batch_ptr written;
};
struct fence_found {};
struct resolved {
  batch_id batch;
  std::variant<failure, fence_found, storage::resolved> outcome;
};

/// shard, wallet, gateway -> store reader
struct load_wallets {
  std::vector<wallet_id> wallets;
};
struct wallets_loaded {
  std::vector<wallet_id> asked;
  std::variant<failure, std::vector<storage::loaded_wallet>> outcome;
};
struct find_key {
  std::uint64_t ticket = 0;
  wallet_id wallet;
  request_key key;
};
struct key_looked_up {
  std::uint64_t ticket = 0;
  std::variant<failure, std::optional<storage::stored_transaction>> outcome;
};
struct find_user_wallets {
  list_wallets asked;
};
struct user_wallets_found {
  list_wallets asked;
  std::variant<failure, std::vector<wallet_id>> outcome;
};

/// relay, history -> log reader
struct read_log {
  shard_number shard;
  log_position after{};
  std::size_t limit = 0;
};
/// The store holds an event that this program cannot read.
struct unreadable {
  std::string why;
};
struct log_read {
  shard_number shard;
  log_position after{};
  std::variant<failure, unreadable, std::vector<recorded_event>> outcome;
};
struct read_heads {};
struct heads_read {
  std::variant<failure, storage::shard_positions> outcome;
};
struct load_cursors {};
struct cursors_loaded {
  std::variant<failure, storage::shard_positions> outcome;
};
struct save_cursors {
  storage::shard_positions cursors;
  storage::partition_offsets offsets;
};

/// ownership -> lease keeper
struct take_shards {};
struct shards_taken {
  std::variant<failure, storage::ownership> outcome;
};
struct renew_lease {};
struct lease_renewed {
  /// False: another node has taken over.
  std::variant<failure, bool> outcome;
};
struct release_lease {
  /// True when it is let go.
  reply_to<bool> reply;
};

// -- ownership ----------------------------------------------------------------

/// The actors that live as long as this node owns the shards.
struct generation {
  std::array<caf::actor, shard_number::count> shards;
  caf::actor sequencer;
};

/// ownership -> gateway
struct open_gate {
  generation owned;
};
struct close_gate {
  failure why = failure::standby;
  std::string reason;
};
/// Reads are answered until then, on the actor system's steady clock.
struct lease_extended {
  caf::actor_clock::time_point until;
};

/// sequencer -> ownership: a newer owner has written, or somebody else has.
struct fence_hit {
  std::string why;
};

/// main -> ownership: let the lease go and stop.
struct shut_down {
  /// True when the lease is let go.
  reply_to<bool> reply;
};

// -- Kafka --------------------------------------------------------------------

/// ownership -> relay, at the beginning of each ownership
struct follow_log {
  storage::shard_positions heads;
};
/// sequencer -> relay
struct batch_committed {
  storage::batch_ptr written;
};
/// relay -> bus producer; one of an older generation is dropped
struct publish {
  std::uint64_t generation = 0;
  std::vector<recorded_event> events;
};
/// bus producer -> relay
struct delivered {
  std::uint64_t generation = 0;
  std::vector<std::pair<shard_number, log_position>> positions;
  storage::partition_offsets offsets;
};
/// relay -> topic checker, before it publishes: does the topic hold more than
/// the log, or something else?
struct check_topic {};
struct topic_checked {
  /// Nothing: it holds a part of the log.
  std::variant<failure, std::optional<std::string>> divergence;
};
/// relay -> ownership: the store has lost what was published.
struct log_diverged {
  std::string why;
};
/// What was handed over and not reported as delivered may be lost; what is
/// published from now on carries this generation.
struct delivery_reset {
  std::uint64_t generation = 0;
};

/// history -> bus consumer: one at a time
struct fetch {
  std::size_t limit = 0;
};
struct fetched {
  std::vector<storage::consumed_record> records;
  /// Of the topic; 0 while unknown.
  int partitions = 0;
};
struct commit_offsets {
  std::vector<std::pair<std::int32_t, std::int64_t>> offsets;
};

// -- history -> history writer ------------------------------------------------

struct load_checkpoints {};
struct checkpoints_loaded {
  std::variant<failure, storage::shard_positions> outcome;
};
struct apply_rows {
  std::vector<recorded_event> rows;
  std::vector<storage::checkpoint_step> steps;
};
struct rows_applied {
  std::variant<failure, storage::apply_outcome> outcome;
};

/// history -> history readiness: whether it shows more than the log holds.
struct history_diverged {
  std::optional<std::string> why;
};

// -- timers: an actor to itself -----------------------------------------------

struct tick {};
struct retry {};
struct look_around {};

} // namespace wallet::actors

// In-process only: no message of ours is ever serialized.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::execute)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::read_wallet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::list_wallets)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::read_readiness)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::read_wallet_history)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::read_user_activity)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::offer_credit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::credit_refused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::check_receiver)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::receiver_checked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::submit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::aborted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::passivate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::stay_awake)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::forget_wallet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::wallet_forgotten)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::append)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::appended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::resolve)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::resolved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::load_wallets)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::wallets_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::find_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::key_looked_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::find_user_wallets)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::user_wallets_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::read_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::log_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::read_heads)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::heads_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::load_cursors)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::cursors_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::save_cursors)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::take_shards)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::shards_taken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::renew_lease)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::lease_renewed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::release_lease)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::open_gate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::close_gate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::lease_extended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::fence_hit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::shut_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::follow_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::batch_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::history_diverged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::publish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::delivered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::delivery_reset)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::check_topic)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::topic_checked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::log_diverged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::fetch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::fetched)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::commit_offsets)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::load_checkpoints)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::checkpoints_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::apply_rows)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::rows_applied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::retry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wallet::actors::look_around)
