#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "storage/append.hpp"
#include "storage/event_store.hpp"

namespace wallet::actors {

struct unit;

/// A batch that units are still added to, in the order of stamping.
class draft_batch {
public:
  explicit draft_batch(batch_id id);

  batch_id id() const { return written_.id; }
  std::size_t event_count() const { return written_.events.size(); }

  void add(const unit &stamped, const storage::shard_heads &owned);
  /// Its advances ascend by shard. Call once, last.
  storage::batch close();

private:
  storage::batch written_;
  std::array<std::optional<storage::shard_advance>, shard_number::count>
      advances_;
};

/// What the sequencer has stamped and the store writer has not taken yet. Every
/// member may be called by any thread.
///
/// The writer takes the next batch the moment the one before is committed, and
/// the sequencer adds to that batch until then: were it sent when the sequencer
/// hears of the commit, PostgreSQL would wait for two messages and the stamping
/// between any two batches.
///
/// After a batch that was not committed nothing is taken until the sequencer
/// has cleared the outbox: what waits was stamped upon that batch.
class outbox {
public:
  /// A batch ends with the unit that makes it `events_per_batch` long.
  outbox(std::size_t events_per_batch, std::function<batch_id()> make_id);

  struct place {
    batch_id batch;
    /// The writer has found nothing and must be told (interfaces.hpp, append).
    bool is_writer_idle = false;
  };

  /// Sequencer: puts a stamped unit into the last batch that waits, or into a
  /// new one behind it. `owned` has the epochs.
  place add(const unit &stamped, const storage::shard_heads &owned);
  /// Sequencer: what waits is gone, and the writer idle.
  void clear();

  /// Writer: the next batch; nothing: wait to be told.
  storage::batch_ptr take();
  /// Writer: the last one is not committed.
  void hold();

private:
  const std::size_t events_per_batch_;
  const std::function<batch_id()> make_id_;
  std::mutex mutex_;
  std::deque<draft_batch> waiting_;
  bool is_writer_idle_ = true;
  bool is_held_ = false;
};

} // namespace wallet::actors
