#pragma once

#include <deque>

#include <caf/event_based_actor.hpp>

#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "actors/limits.hpp"
#include "actors/outbox.hpp"
#include "actors/stamping.hpp"

namespace wallet::actors {

/// Orders everything that a node writes: stamps each unit as it comes
/// (stamping.hpp) and puts it into the outbox, from which the writer takes one
/// batch at a time. A batch is what came while the one before committed; there
/// is no timer.
///
/// The stamped head of a wallet goes only when the wallet says goodbye.
///
/// An append ends in one of five ways (storage/append.hpp). Where it is not
/// committed, what was stamped upon it is taken back and stamped again. Unknown
/// is never guessed: the store is asked until it says whether the batch is in,
/// and until then nothing is stamped. When fenced, it aborts everything, tells
/// the owner and writes nothing any more.
class sequencer_actor : public caf::event_based_actor {
public:
  struct links {
    caf::actor writer;
    /// Gets every committed batch; null without Kafka.
    caf::actor relay;
    caf::actor ownership;
  };

  /// `taken`: the heads just taken.
  sequencer_actor(caf::actor_config &config, links to, environment outside,
                  const limits &within, const storage::shard_heads &taken);

  caf::behavior make_behavior() override;
  const char *name() const override { return "sequencer"; }
  void on_exit() override;

private:
  /// A batch that is stamped and not settled.
  struct flight {
    batch_id batch;
    std::vector<unit_ptr> units;
  };

  using abort_reason = std::variant<failure, storage::stored_transaction>;

  void on_submit(const submit &ready);
  void on_forget(const forget_wallet &goodbye);
  void on_appended(const appended &answer);
  void on_resolved(const resolved &answer);

  void write(const unit_ptr &work);
  void write_queue();
  void settle_first(const storage::batch_ptr &written);
  std::vector<unit_ptr> take_back_last();
  void take_back_later();
  void answer_duplicates(const std::vector<unit_ptr> &units,
                         const storage::duplicates &found);
  void abort(const unit_ptr &work, const abort_reason &why);
  void abort(const std::vector<unit_ptr> &units, failure why);
  void stop_writing(const std::string &why);

  links to_;
  environment outside_;
  stamping stamping_;
  std::shared_ptr<outbox> outbox_;
  /// In the order of stamping: the first is with the writer.
  std::deque<flight> flights_;
  /// The first flight's batch, while the store is asked what became of it.
  storage::batch_ptr unresolved_;
  /// What comes meanwhile, and what was stamped upon it.
  std::vector<unit_ptr> queue_;
  bool is_fenced_ = false;
};

} // namespace wallet::actors
