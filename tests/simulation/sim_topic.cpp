#include "tests/simulation/sim_topic.hpp"

#include <algorithm>
#include <limits>

#include "storage/topic_walk.hpp"
#include "tests/simulation/violation.hpp"

namespace wallet::simulation {

std::pair<std::int32_t, std::int64_t>
sim_topic::publish(const recorded_event &one) {
  auto &newest = published_[one.fact.shard.value()];
  must(raw(one.fact.position) <= raw(newest) + 1,
       "I10: an event is published before the one before it", one.fact);
  newest = std::max(newest, one.fact.position);
  check_place(one);
  const auto partition = storage::partition_of(one.fact.shard, partitions);
  auto &records = records_[static_cast<std::size_t>(partition)];
  records.push_back(one);
  return {partition, static_cast<std::int64_t>(records.size()) - 1};
}

void sim_topic::check_place(const recorded_event &one) const {
  for (const auto &record : records_[static_cast<std::size_t>(
           storage::partition_of(one.fact.shard, partitions))])
    if (const auto *known = std::get_if<recorded_event>(&record))
      must(known->fact.shard != one.fact.shard ||
               known->fact.position != one.fact.position ||
               storage::is_same(known->fact, one.fact),
           "I10: a place of the topic is given to another event", one.fact);
}

void sim_topic::publish_garbage(std::int32_t partition) {
  records_[static_cast<std::size_t>(partition)].push_back(
      storage::poison{"garbage"});
}

void sim_topic::publish_again(std::int32_t partition, std::size_t index) {
  auto &records = records_[static_cast<std::size_t>(partition)];
  records.push_back(content(records.at(index)));
}

void sim_topic::lose_tail(std::int32_t partition, std::size_t count) {
  auto &records = records_[static_cast<std::size_t>(partition)];
  auto &reused = reused_[static_cast<std::size_t>(partition)];
  reused = std::max(reused, records.size());
  records.resize(records.size() - std::min(records.size(), count),
                 storage::poison{""});
}

bool sim_topic::is_in(
    const sim_history &history, std::int32_t partition, std::size_t from,
    std::size_t to, const std::map<shard_number, log_position> &halted) const {
  const auto &records = records_[static_cast<std::size_t>(partition)];
  from = std::max(from, reused_[static_cast<std::size_t>(partition)]);
  for (auto i = from; i < std::min(to, records.size()); ++i)
    if (const auto *one = std::get_if<recorded_event>(&records[i]))
      if (!halted.contains(one->fact.shard) &&
          one->fact.position > history.checkpoints()[one->fact.shard.value()])
        return false;
  return true;
}

std::vector<storage::consumed_record>
sim_topic::read(std::array<std::size_t, partitions> &from,
                std::size_t limit) const {
  std::vector<storage::consumed_record> found;
  for (std::size_t p = 0; p < records_.size(); ++p) {
    from[p] = std::min(from[p], records_[p].size());
    for (; from[p] < records_[p].size() && found.size() < limit; ++from[p])
      found.push_back({static_cast<std::int32_t>(p),
                       static_cast<std::int64_t>(from[p]),
                       records_[p][from[p]]});
  }
  return found;
}

std::vector<storage::consumed_record>
sim_topic::tail(const storage::partition_offsets &behind) const {
  std::array<std::size_t, partitions> from{};
  for (const auto &[partition, offset] : behind)
    if (const auto after = static_cast<std::size_t>(offset) + 1;
        after <= size(partition))
      from[static_cast<std::size_t>(partition)] = after;
  return read(from, std::numeric_limits<std::size_t>::max());
}

} // namespace wallet::simulation
