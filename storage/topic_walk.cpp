#include "storage/topic_walk.hpp"

namespace wallet::storage {

bool is_same(const event &a, const event &b) {
  return a.wallet == b.wallet && a.version == b.version && a.type == b.type &&
         a.amount == b.amount && a.balance == b.balance &&
         a.recorded_at == b.recorded_at;
}

topic_walk::topic_walk(const shard_positions &cursors) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    lanes_[i].tip = cursors.at(i);
}

void topic_walk::take(const consumed_record &record, bool is_cut) {
  const auto *one = std::get_if<recorded_event>(&record.content);
  if (!one)
    return;
  auto &target = lanes_.at(one->fact.shard.value());
  const auto position = one->fact.position;
  const bool goes_on = position == next(target.tip);
  const bool begins = is_cut && !target.last && position > target.tip;
  if (!goes_on && !begins)
    return;
  target.tip = position;
  target.last = one->fact;
}

std::vector<event> topic_walk::ends() const {
  std::vector<event> found;
  for (const auto &one : lanes_)
    if (one.last)
      found.push_back(*one.last);
  return found;
}

} // namespace wallet::storage
