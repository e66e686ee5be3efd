#include <algorithm>
#include <stdexcept>
#include <thread>

#include <spdlog/spdlog.h>

#include "events/codec.hpp"
#include "storage/event_log.hpp"
#include "storage/kafka_client.hpp"
#include "storage/kafka_record.hpp"

namespace wallet::storage {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// For leaving the group and sending the last offsets. With a broker it takes
/// milliseconds; without one librdkafka itself would wait 10 s, and 60 s for
/// one that is silent.
constexpr auto farewell = 3s;

/// How often a record in a partition that is not known may make us ask how many
/// there are.
constexpr auto look_again_after = 10s;

using kafka_message =
    kafka_object<rd_kafka_message_t, rd_kafka_message_destroy>;
using partition_list = kafka_object<rd_kafka_topic_partition_list_t,
                                    rd_kafka_topic_partition_list_destroy>;

int remaining_ms(steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      deadline - steady_clock::now());
  return static_cast<int>(std::max(left, 0ms).count());
}

/// These are in librdkafka's own log.
bool is_of_transport(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__TRANSPORT ||
         error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
         error == RD_KAFKA_RESP_ERR__RESOLVE;
}

} // namespace

std::variant<recorded_event, poison>
read_record(const rd_kafka_message_t &message) {
  if (!message.payload)
    return poison{"no body"};
  auto event =
      decode({static_cast<const char *>(message.payload), message.len});
  if (!event)
    return poison{event.error()};
  return *std::move(event);
}

struct event_log_consumer::implementation {
  explicit implementation(event_log_options given);
  ~implementation() { leave(); }
  implementation(const implementation &) = delete;
  implementation &operator=(const implementation &) = delete;

  /// Once known, the number of partitions never becomes unknown again.
  void look_for_topic();
  void subscribe();
  void leave();
  consumed_record take(const rd_kafka_message_t &message);

  event_log_options options;
  kafka_client client;
  int partitions = 0;
  steady_clock::time_point looked_at;
};

event_log_consumer::implementation::implementation(event_log_options given)
    : options(std::move(given)) {
  client = make_client(
      RD_KAFKA_CONSUMER, options.brokers,
      {{"group.id", options.group},
       {"auto.offset.reset", "earliest"},
       // Offsets are what commit() has stored, sent once a second and when
       // partitions are given away.
       {"enable.auto.offset.store", "false"},
       {"enable.auto.commit", "true"},
       {"auto.commit.interval.ms", "1000"},
       // A killed process gives its partitions away after this long.
       {"session.timeout.ms", "10000"},
       // The broker gathers, too: an answer for each of its batches costs it 13
       // instead of 11 us of a transfer at 70 % of the maximum (wallet-bench
       // --rate 14000 --database). A record after a silence waits for so long,
       // and an idle fetch is in the way of a new assignment.
       {"fetch.min.bytes", "65536"},
       {"fetch.wait.max.ms", "50"},
       {"fetch.error.backoff.ms", "100"},
       // Bounds the memory: records that wait here for fetch().
       {"queued.max.messages.kbytes", "32768"}});
  rd_kafka_poll_set_consumer(client.get());
}

void event_log_consumer::implementation::look_for_topic() {
  looked_at = steady_clock::now();
  const auto found =
      count_partitions(client.get(), options.topic, metadata_patience);
  if (found > 0)
    partitions = *found;
}

void event_log_consumer::implementation::subscribe() {
  const partition_list wanted(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(wanted.get(), options.topic.c_str(),
                                    RD_KAFKA_PARTITION_UA);
  if (const auto failure = rd_kafka_subscribe(client.get(), wanted.get()))
    throw std::runtime_error("kafka: topic " + options.topic + ": " +
                             rd_kafka_err2str(failure));
}

void event_log_consumer::implementation::leave() {
  kafka_queue last_words(rd_kafka_queue_new(client.get()));
  const kafka_error failure(
      rd_kafka_consumer_close_queue(client.get(), last_words.get()));
  const auto deadline = steady_clock::now() + farewell;
  const auto is_over = [&] {
    return failure || rd_kafka_consumer_closed(client.get());
  };
  while (!is_over() && steady_clock::now() < deadline)
    kafka_event(
        rd_kafka_queue_poll(last_words.get(), 10 /* ms between two looks */));
  last_words.reset();
  if (is_over())
    return;
  // Its own waits have their bounds: they may end where nobody waits for them,
  // and without a word, for the process may be ending too.
  rd_kafka_set_log_level(client.get(), 0);
  std::thread([left = std::move(client)] {}).detach();
}

consumed_record
event_log_consumer::implementation::take(const rd_kafka_message_t &message) {
  // The topic has got more partitions.
  if (message.partition >= partitions &&
      steady_clock::now() - looked_at > look_again_after)
    look_for_topic();
  return {message.partition, message.offset, read_record(message)};
}

event_log_consumer::event_log_consumer(event_log_options options)
    : impl_(std::make_unique<implementation>(std::move(options))) {}

event_log_consumer::~event_log_consumer() = default;

std::vector<consumed_record>
event_log_consumer::fetch(std::size_t limit, std::chrono::milliseconds wait,
                          std::chrono::milliseconds gather) {
  auto deadline = steady_clock::now() + wait;
  if (impl_->partitions == 0) {
    impl_->look_for_topic();
    if (impl_->partitions > 0)
      impl_->subscribe();
  }
  std::vector<consumed_record> records;
  while (records.size() < limit) {
    const kafka_message message(
        rd_kafka_consumer_poll(impl_->client.get(), remaining_ms(deadline)));
    if (!message)
      break;
    if (message->err) {
      if (!is_of_transport(message->err))
        spdlog::warn("kafka: {}", rd_kafka_message_errstr(message.get()));
      continue;
    }
    if (records.empty())
      deadline = steady_clock::now() + gather;
    records.push_back(impl_->take(*message));
  }
  return records;
}

void event_log_consumer::commit(
    std::span<const std::pair<std::int32_t, std::int64_t>> offsets) {
  const partition_list done(
      rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto &[partition, offset] : offsets)
    rd_kafka_topic_partition_list_add(done.get(), impl_->options.topic.c_str(),
                                      partition)
        ->offset = offset + 1; // Kafka wants the next one
  // Fails for partitions that are somebody else's by now, as it should.
  rd_kafka_offsets_store(impl_->client.get(), done.get());
}

int event_log_consumer::partitions() const { return impl_->partitions; }

} // namespace wallet::storage
