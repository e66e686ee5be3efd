#include "actors/append_queue.hpp"

#include "actors/interfaces.hpp"
#include "events/known_bugs.hpp"

namespace wallet::actors {

// -- draft_batch --------------------------------------------------------------

draft_batch::draft_batch(batch_id id) { written_.id = id; }

void draft_batch::add(const unit &stamped, const storage::shard_heads &owned) {
  for (std::size_t i = 0; i < stamped.leg_count; ++i) {
    const auto &part = stamped.legs[i];
    const auto &added = part.stamped;
    auto &advance = advances_[added.shard.value()];
    if (!advance)
      advance =
          storage::shard_advance{.shard = added.shard,
                                 .from = previous(added.position),
                                 .epoch = owned[added.shard.value()].epoch};
    advance->to = added.position;
    advance->recorded_at = added.recorded_at;
    written_.events.push_back(
        {added, part.profile,
         stamped.leg_count == 2 ? stamped.legs[1 - i].profile : nullptr});
  }
}

storage::batch draft_batch::close() {
  for (const auto &advance : advances_)
    if (advance)
      written_.advances.push_back(*advance);
  return std::move(written_);
}

// -- append_queue -------------------------------------------------------------

append_queue::append_queue(std::size_t events_per_batch,
                           std::function<batch_id()> make_id)
    : events_per_batch_(events_per_batch), make_id_(std::move(make_id)) {}

append_queue::place append_queue::add(const unit &stamped,
                                      const storage::shard_heads &owned) {
  const std::scoped_lock lock(mutex_);
  if (waiting_.empty() || waiting_.back().event_count() >= events_per_batch_)
    waiting_.emplace_back(make_id_());
  auto &last = waiting_.back();
  last.add(stamped, owned);
  return {last.id(), std::exchange(is_writer_idle_, false)};
}

void append_queue::clear() {
  const std::scoped_lock lock(mutex_);
  waiting_.clear();
  is_writer_idle_ = true;
}

storage::batch_ptr append_queue::take() {
  const std::scoped_lock lock(mutex_);
  if (waiting_.empty()) {
    is_writer_idle_ = true;
    return nullptr;
  }
  auto next = std::make_shared<storage::batch>(waiting_.front().close());
  waiting_.pop_front();
  return next;
}

bool append_queue::goes_on(const storage::append_outcome &last) {
  return std::holds_alternative<storage::committed>(last) ||
         has_bug(known_bug::writer_goes_on_after_failure);
}

} // namespace wallet::actors
