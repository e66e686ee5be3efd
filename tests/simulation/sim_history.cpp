#include "tests/simulation/sim_history.hpp"

#include "events/known_bugs.hpp"
#include "tests/simulation/violation.hpp"

namespace wallet::simulation {

storage::apply_outcome
sim_history::apply(const std::vector<recorded_event> &rows,
                   const std::vector<storage::checkpoint_step> &steps) {
  for (const auto &step : steps)
    if (checkpoints_[step.shard.value()] != step.from &&
        !has_bug(known_bug::checkpoint_unchecked))
      return storage::apply_outcome::conflict;
  for (const auto &one : rows) {
    auto &target = rows_[one.fact.shard.value()];
    must(raw(one.fact.position) == static_cast<std::int64_t>(target.size()) + 1,
         "I10: the history has a hole or a double", one.fact);
    target.push_back(one);
  }
  for (const auto &step : steps) {
    checkpoints_[step.shard.value()] = step.to;
    if (raw(step.to) !=
        static_cast<std::int64_t>(rows_[step.shard.value()].size()))
      throw violation("I10: a checkpoint differs from its rows");
  }
  return storage::apply_outcome::applied;
}

void sim_history::must_equal(const sim_store &store) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto &log = store.log(shard_number(i));
    if (rows_[i].size() != log.size())
      throw violation("I10: the history does not hold the whole log");
    for (std::size_t k = 0; k < log.size(); ++k)
      must(rows_[i][k].fact == log[k].fact &&
               rows_[i][k].owner->user == log[k].owner->user,
           "I10: the history differs from the log", log[k].fact);
  }
}

} // namespace wallet::simulation
