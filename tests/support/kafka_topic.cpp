#include "tests/support/kafka_topic.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>

#include "storage/kafka_client.hpp"

namespace wallet::testing {

namespace {

using namespace storage;

constexpr int answer_within_ms = 10'000;

[[noreturn]] void fail(const std::string &what) {
  throw std::runtime_error("kafka_topic: " + what);
}

void require(rd_kafka_resp_err_t error) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    fail(rd_kafka_err2str(error));
}

/// One request of the admin API and its answer.
class administrator {
public:
  explicit administrator(const std::string &brokers)
      : client_(make_client(RD_KAFKA_PRODUCER, brokers, {})),
        queue_(rd_kafka_queue_new(client_.get())) {}

  rd_kafka_t *client() const { return client_.get(); }
  rd_kafka_queue_t *queue() const { return queue_.get(); }

  kafka_event answer() const {
    kafka_event event(rd_kafka_queue_poll(queue_.get(), answer_within_ms));
    if (!event)
      fail("no answer");
    require(rd_kafka_event_error(event.get()));
    return event;
  }

private:
  kafka_client client_;
  kafka_queue queue_;
};

} // namespace

void create_topic(const std::string &brokers, const std::string &topic,
                  int partitions, const topic_settings &settings) {
  const administrator admin(brokers);
  std::array<char, 256> why{};
  const kafka_object<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy> wanted(
      rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why.data(),
                            why.size()));
  if (!wanted)
    fail(why.data());
  for (const auto &[name, value] : settings)
    rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  auto *topics = wanted.get();
  rd_kafka_CreateTopics(admin.client(), &topics, 1, nullptr, admin.queue());
  const auto event = admin.answer();
  std::size_t count = 0;
  const auto *const *results = rd_kafka_CreateTopics_result_topics(
      rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i)
    require(rd_kafka_topic_result_error(results[i]));
}

void add_partitions(const std::string &brokers, const std::string &topic,
                    std::size_t total) {
  const administrator admin(brokers);
  std::array<char, 256> why{};
  const kafka_object<rd_kafka_NewPartitions_t, rd_kafka_NewPartitions_destroy>
      wanted(rd_kafka_NewPartitions_new(topic.c_str(), total, why.data(),
                                        why.size()));
  if (!wanted)
    fail(why.data());
  auto *more = wanted.get();
  rd_kafka_CreatePartitions(admin.client(), &more, 1, nullptr, admin.queue());
  const auto event = admin.answer();
  std::size_t count = 0;
  const auto *const *results = rd_kafka_CreatePartitions_result_topics(
      rd_kafka_event_CreatePartitions_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i)
    require(rd_kafka_topic_result_error(results[i]));
}

void alter_topic(const std::string &brokers, const std::string &topic,
                 const topic_settings &settings) {
  const administrator admin(brokers);
  const kafka_object<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>
      wanted(
          rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  for (const auto &[name, value] : settings)
    rd_kafka_ConfigResource_set_config(wanted.get(), name.c_str(),
                                       value.c_str());
  auto *resources = wanted.get();
  rd_kafka_AlterConfigs(admin.client(), &resources, 1, nullptr, admin.queue());
  const auto event = admin.answer();
  std::size_t count = 0;
  const auto *const *results = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i)
    require(rd_kafka_ConfigResource_error(results[i]));
}

void publish_bytes(const std::string &brokers, const std::string &topic,
                   int partition, const std::string &body) {
  const auto client = make_client(RD_KAFKA_PRODUCER, brokers, {});
  const storage::kafka_topic to(
      rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
  if (rd_kafka_produce(to.get(), partition, RD_KAFKA_MSG_F_COPY,
                       const_cast<char *>(body.data()), body.size(), nullptr, 0,
                       nullptr) != 0)
    fail(rd_kafka_err2str(rd_kafka_last_error()));
  require(rd_kafka_flush(client.get(), answer_within_ms));
}

void delete_records(const std::string &brokers, const std::string &topic,
                    int partition, std::int64_t offset) {
  const administrator admin(brokers);
  const kafka_object<rd_kafka_topic_partition_list_t,
                     rd_kafka_topic_partition_list_destroy>
      before(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(before.get(), topic.c_str(), partition)
      ->offset = offset;
  const kafka_object<rd_kafka_DeleteRecords_t, rd_kafka_DeleteRecords_destroy>
      wanted(rd_kafka_DeleteRecords_new(before.get()));
  auto *requests = wanted.get();
  rd_kafka_DeleteRecords(admin.client(), &requests, 1, nullptr, admin.queue());
  const auto event = admin.answer();
  const auto *deleted = rd_kafka_DeleteRecords_result_offsets(
      rd_kafka_event_DeleteRecords_result(event.get()));
  for (int i = 0; i < deleted->cnt; ++i)
    require(deleted->elems[i].err);
}

std::int64_t committed_offset(const std::string &brokers,
                              const std::string &group,
                              const std::string &topic, int partition) {
  const auto reader =
      make_client(RD_KAFKA_CONSUMER, brokers, {{"group.id", group}});
  const kafka_object<rd_kafka_topic_partition_list_t,
                     rd_kafka_topic_partition_list_destroy>
      wanted(rd_kafka_topic_partition_list_new(1));
  const auto *found =
      rd_kafka_topic_partition_list_add(wanted.get(), topic.c_str(), partition);
  require(rd_kafka_committed(reader.get(), wanted.get(), answer_within_ms));
  require(found->err);
  return found->offset < 0 ? -1 : found->offset;
}

} // namespace wallet::testing
