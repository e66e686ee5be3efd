#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace wallet::testing {

/// Settings of a topic, e.g. "max.message.bytes".
using topic_settings = std::map<std::string, std::string>;

/// Creates a topic as an operator does. All raise std::runtime_error when the
/// broker does not answer within 10 s or refuses.
void create_topic(const std::string &brokers, const std::string &topic,
                  int partitions, const topic_settings &settings = {});

/// Gives a topic more partitions, `total` in all.
void add_partitions(const std::string &brokers, const std::string &topic,
                    std::size_t total);

/// Replaces the settings of an existing topic.
void alter_topic(const std::string &brokers, const std::string &topic,
                 const topic_settings &settings);

/// Writes a record without a key; waits until it is acknowledged.
void publish_bytes(const std::string &brokers, const std::string &topic,
                   int partition, const std::string &body);

/// Deletes the records of a partition before `offset`, as retention does.
void delete_records(const std::string &brokers, const std::string &topic,
                    int partition, std::int64_t offset);

/// What a group has committed for a partition, as lag tools see it: the offset
/// of its next record; -1 for nothing.
std::int64_t committed_offset(const std::string &brokers,
                              const std::string &group,
                              const std::string &topic, int partition);

} // namespace wallet::testing
