#pragma once

#include <deque>
#include <span>

#include <caf/event_based_actor.hpp>

#include "actors/append_queue.hpp"
#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "actors/limits.hpp"
#include "actors/stamping.hpp"

namespace wallet::actors {

/// Orders everything that a node writes: stamps each unit as it comes
/// (stamping.hpp) and puts it into the append queue, from which the writer
/// takes one batch at a time. A batch is what came while the one before
/// committed; there is no timer.
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
  struct stamped_batch {
    batch_id id;
    std::vector<unit_ptr> units;
  };

  using abort_reason = std::variant<failure, storage::stored_transaction>;

  void on_submit(const submit &ready);
  void on_forget(const forget_wallet &goodbye);
  void on_appended(const appended &answer);
  void on_resolved(const resolved &answer);

  void write(std::span<const unit_ptr> units);
  void write_held_back();
  bool put(const unit_ptr &work);
  void settle_first(const storage::batch_ptr &written);
  std::vector<unit_ptr> take_back_last();
  void take_back_all_but_first();
  void answer_duplicates(const std::vector<unit_ptr> &units,
                         const storage::duplicates &found);
  void abort(const unit_ptr &work, const abort_reason &why);
  void abort(const std::vector<unit_ptr> &units, failure why);
  void stop_writing(const std::string &why);

  links to_;
  environment outside_;
  stamping stamping_;
  std::shared_ptr<append_queue> to_append_;
  /// Not settled, in the order of stamping: the writer's next answer is about
  /// the first.
  std::deque<stamped_batch> stamped_;
  /// The first of them, while the store is asked what became of it.
  storage::batch_ptr unresolved_;
  /// What comes meanwhile, and what is to be stamped again.
  std::vector<unit_ptr> held_back_;
  bool is_fenced_ = false;
};

} // namespace wallet::actors
