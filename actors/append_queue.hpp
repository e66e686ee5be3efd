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
/// The writer is told that something waits (`append`, interfaces.hpp) when it
/// is idle. It goes on by itself as long as it finds something and what it
/// wrote is committed. After a batch that is not, whatever waits was stamped
/// upon that batch: nobody tells the writer anything before the sequencer has
/// cleared the queue.
class append_queue {
public:
  /// A batch ends with the unit that makes it `events_per_batch` long.
  append_queue(std::size_t events_per_batch, std::function<batch_id()> make_id);

  struct place {
    batch_id batch;
    /// The writer must be told, once.
    bool is_writer_idle = false;
  };

  /// Sequencer: puts a stamped unit into the last batch that waits, or into a
  /// new one behind it. `owned` has the epochs.
  place add(const unit &stamped, const storage::shard_heads &owned);
  /// Sequencer: what waits is gone. Only when the last batch that the writer
  /// took is not committed, or when nothing will be added any more.
  void clear();

  /// Writer: the next batch; nothing: it is idle.
  storage::batch_ptr take();
  /// Writer: does it go on by itself after this?
  static bool goes_on(const storage::append_outcome &last);

private:
  const std::size_t events_per_batch_;
  const std::function<batch_id()> make_id_;
  std::mutex mutex_;
  std::deque<draft_batch> waiting_;
  /// False from when it must be told until it finds nothing, or until all is
  /// cleared after it failed.
  bool is_writer_idle_ = true;
};

} // namespace wallet::actors
