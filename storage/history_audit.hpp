#pragma once

#include <iosfwd>
#include <optional>

#include "storage/check.hpp"
#include "storage/event_store.hpp"
#include "storage/row_stream.hpp"

namespace wallet::storage {

/// Compares the history with the log, row by row, up to the history's
/// checkpoints. Fed with the events of the log in its order. Lives inside an
/// open transaction of `history` whose snapshot is not newer than the log's.
class history_audit {
public:
  history_audit(postgres_connection &history,
                const shard_positions &checkpoints);

  void add(const recorded_event &logged);

  /// After the last event. `heads`: of the log's snapshot.
  void finish(const shard_positions &heads);

  bool holds() const { return check_.holds(); }
  void print(std::ostream &out) const { check_.print(out); }

private:
  void advance();

  row_stream rows_;
  const shard_positions checkpoints_;
  /// The next row of the history, not compared yet.
  std::optional<recorded_event> current_;
  check check_{"the history is the log, up to its checkpoints", "rows"};
};

} // namespace wallet::storage
