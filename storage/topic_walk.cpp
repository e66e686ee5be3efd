#include "storage/topic_walk.hpp"

#include <algorithm>

namespace wallet::storage {

bool is_same(const event &a, const event &b) {
  return a.wallet == b.wallet && a.version == b.version && a.type == b.type &&
         a.amount == b.amount && a.balance == b.balance &&
         a.recorded_at == b.recorded_at;
}

topic_walk::topic_walk(const shard_positions &cursors,
                       const shard_positions &heads) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].tip = cursors.at(i);
    lanes_[i].head = heads.at(i);
  }
}

void topic_walk::take(const consumed_record &record, bool is_cut) {
  const auto *one = std::get_if<recorded_event>(&record.content);
  if (!one)
    return;
  auto &target = lanes_.at(one->fact.shard.value());
  const auto position = one->fact.position;
  if (position <= target.tip)
    return;
  const bool goes_on = position <= next(std::max(target.tip, target.head));
  const bool begins = is_cut && !target.last;
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
