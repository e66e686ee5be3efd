#pragma once

#include <deque>

#include <caf/event_based_actor.hpp>

#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "actors/limits.hpp"
#include "actors/stamping.hpp"

namespace wallet::actors {

/// Orders everything that a node writes: stamps units (stamping.hpp) and
/// appends them, one batch in flight. A batch is what queued while the one
/// before committed; there is no timer.
///
/// It owns the stamped head of every wallet in memory. The first unit that
/// touches a wallet brings the committed head; from then on the entry here is
/// the truth and later snapshots, which may be older, are ignored. The entry
/// goes only when the wallet says goodbye.
///
/// An append ends in one of five ways (storage/append.hpp). Unknown is never
/// guessed: the store is asked until it says whether the batch is in. When
/// fenced, it aborts everything, tells the owner and writes nothing any more.
class sequencer_actor : public caf::event_based_actor {
public:
  struct links {
    caf::actor writer;
    /// Gets every committed batch; null without Kafka.
    caf::actor relay;
    caf::actor ownership;
  };

  /// `shards` are the heads just taken.
  sequencer_actor(caf::actor_config &config, links to, environment outside,
                  const limits &within, const storage::shard_heads &shards);

  caf::behavior make_behavior() override;
  const char *name() const override { return "sequencer"; }
  void on_exit() override;

private:
  struct flight {
    storage::batch_ptr written;
    std::vector<unit_ptr> units;
    /// Heads of the touched wallets, if it commits.
    wallet_heads heads;
  };

  using abort_reason = std::variant<failure, storage::stored_transaction>;

  void on_submit(const submit &ready);
  void on_forget(const forget_wallet &goodbye);
  void on_appended(const appended &answer);
  void on_resolved(const resolved &answer);

  void append_next();
  void settle(flight landed);
  void answer_duplicates(flight returned, const storage::duplicates &found);
  void abort(const unit_ptr &work, const abort_reason &why);
  void abort(const std::vector<unit_ptr> &units, failure why);
  void stop_writing(flight last, const std::string &why);

  links to_;
  environment outside_;
  std::size_t events_per_batch_;
  storage::shard_heads shards_;
  timestamp last_recorded_at_;
  wallet_heads heads_;
  std::deque<unit_ptr> queue_;
  std::optional<flight> in_flight_;
  bool is_fenced_ = false;
};

} // namespace wallet::actors
