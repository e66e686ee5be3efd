#pragma once

#include <string>
#include <vector>

namespace wallet::testing {

/// How many members of a Kafka consumer group there are, when the group is at
/// rest (no rebalance under way) and every one of them has partitions; 0
/// otherwise, and while the broker does not answer.
int working_members(const std::string &brokers, const std::string &group);

} // namespace wallet::testing
