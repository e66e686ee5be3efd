#include "storage/event_log_tail.hpp"

#include <algorithm>

#include "storage/kafka_client.hpp"
#include "storage/kafka_record.hpp"

namespace wallet::storage {

namespace {

using std::chrono::steady_clock;

using kafka_message =
    kafka_object<rd_kafka_message_t, rd_kafka_message_destroy>;
using partition_list = kafka_object<rd_kafka_topic_partition_list_t,
                                    rd_kafka_topic_partition_list_destroy>;

/// What is left to read of one partition.
struct partition_tail {
  std::int64_t next = 0;
  /// One behind the last record.
  std::int64_t end = 0;
  bool is_cut = false;
};

class tail_reader {
public:
  tail_reader(const event_log_options &options,
              std::chrono::milliseconds patience)
      : topic_(options.topic), patience_(patience),
        client_(make_client(RD_KAFKA_CONSUMER, options.brokers,
                            // librdkafka wants a group for any assignment;
                            // nobody joins this one.
                            {{"group.id", options.group + "-tail"},
                             {"enable.auto.commit", "false"},
                             {"enable.partition.eof", "true"},
                             {"fetch.wait.max.ms", "100"}})) {
    rd_kafka_poll_set_consumer(client_.get());
  }

  /// False: no broker answers.
  bool find_ends(const partition_offsets &from) {
    const auto partitions = count_partitions(client_.get(), topic_, patience_);
    if (!partitions)
      return false;
    for (std::int32_t i = 0; i < *partitions; ++i)
      if (!find_end(i, from))
        return false;
    return true;
  }

  bool read(const std::function<void(const consumed_record &, bool)> &take) {
    if (tails_.empty())
      return true;
    assign();
    auto deadline = steady_clock::now() + patience_;
    while (!tails_.empty() && steady_clock::now() < deadline) {
      const kafka_message message(rd_kafka_consumer_poll(
          client_.get(), 50 /* ms between two looks at the deadline */));
      if (message && accept(*message, take))
        deadline = steady_clock::now() + patience_;
    }
    return tails_.empty();
  }

private:
  bool find_end(std::int32_t partition, const partition_offsets &from) {
    std::int64_t low = 0, high = 0;
    if (rd_kafka_query_watermark_offsets(
            client_.get(), topic_.c_str(), partition, &low, &high,
            static_cast<int>(patience_.count())) != RD_KAFKA_RESP_ERR_NO_ERROR)
      return false;
    const auto known = from.find(partition);
    partition_tail tail{low, high};
    if (known != from.end() && known->second < high) {
      tail.next = std::max(low, known->second + 1);
      tail.is_cut = known->second + 1 < low;
    }
    if (tail.next < tail.end)
      tails_.emplace(partition, tail);
    return true;
  }

  void assign() {
    const partition_list wanted(
        rd_kafka_topic_partition_list_new(static_cast<int>(tails_.size())));
    for (const auto &[partition, tail] : tails_)
      rd_kafka_topic_partition_list_add(wanted.get(), topic_.c_str(), partition)
          ->offset = tail.next;
    rd_kafka_assign(client_.get(), wanted.get());
  }

  /// False: it is not about the topic.
  bool accept(const rd_kafka_message_t &message,
              const std::function<void(const consumed_record &, bool)> &take) {
    const auto tail = tails_.find(message.partition);
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      tails_.erase(message.partition);
      return true;
    }
    if (message.err || tail == tails_.end())
      return false;
    if (message.offset < tail->second.end)
      take({message.partition, message.offset, read_record(message)},
           tail->second.is_cut);
    if (message.offset + 1 >= tail->second.end)
      tails_.erase(tail);
    return true;
  }

  std::string topic_;
  std::chrono::milliseconds patience_;
  kafka_client client_;
  std::map<std::int32_t, partition_tail> tails_;
};

} // namespace

bool read_log_tail(
    const event_log_options &options, const partition_offsets &from,
    std::chrono::milliseconds patience,
    const std::function<void(const consumed_record &, bool is_cut)> &take) {
  tail_reader reader(options, patience);
  return reader.find_ends(from) && reader.read(take);
}

} // namespace wallet::storage
