#include "tests/support/consumer_group.hpp"

#include <memory>
#include <stdexcept>

#include <librdkafka/rdkafka.h>

namespace wallet::testing {

namespace {

constexpr int answer_within_ms = 5'000;

using client_ptr = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

client_ptr make_client(const std::string &brokers) {
  char error[256];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), error,
                    sizeof error);
  rd_kafka_t *client =
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (!client)
    throw std::runtime_error(std::string("consumer_group: ") + error);
  return {client, &rd_kafka_destroy};
}

/// The assignment of the consumer protocol begins with a version (2 bytes) and
/// the number of topics (4 bytes, big-endian).
bool has_partitions(const rd_kafka_group_member_info &member) {
  const auto *bytes =
      static_cast<const unsigned char *>(member.member_assignment);
  return member.member_assignment_size >= 6 &&
         (bytes[2] | bytes[3] | bytes[4] | bytes[5]) != 0;
}

int count_working(const rd_kafka_group_info &group) {
  if (std::string(group.state) != "Stable")
    return 0;
  for (int i = 0; i < group.member_cnt; ++i)
    if (!has_partitions(group.members[i]))
      return 0;
  return group.member_cnt;
}

} // namespace

int working_members(const std::string &brokers, const std::string &group) {
  const auto client = make_client(brokers);
  const rd_kafka_group_list *found = nullptr;
  const auto error = rd_kafka_list_groups(client.get(), group.c_str(), &found,
                                          answer_within_ms);
  int working = 0;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && found->group_cnt == 1)
    working = count_working(found->groups[0]);
  if (found)
    rd_kafka_group_list_destroy(found);
  return working;
}

} // namespace wallet::testing
