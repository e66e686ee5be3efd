#include <array>
#include <cstdint>
#include <stdexcept>

#include <spdlog/spdlog.h>

#include "events/codec.hpp"
#include "storage/event_log.hpp"
#include "storage/kafka_client.hpp"

namespace wallet::storage {

namespace {

using namespace std::chrono_literals;

/// What is on its way when the process stops gets this long. The rest is
/// published again at the next start.
constexpr auto farewell = 500ms;

/// Where an event is, in the pointer that librdkafka gives back with its
/// delivery: 58 bits of position are 9 years at a thousand million a second.
static_assert(sizeof(void *) == sizeof(std::uint64_t));
constexpr int shard_bits = 6;
static_assert(shard_number::count == 1 << shard_bits);

void *to_opaque(const event &fact) {
  const auto place = static_cast<std::uint64_t>(raw(fact.position))
                         << shard_bits |
                     fact.shard.value();
  return reinterpret_cast<void *>(place);
}

std::pair<shard_number, log_position> from_opaque(const void *opaque) {
  const auto place = reinterpret_cast<std::uint64_t>(opaque);
  return {shard_number(place % shard_number::count),
          log_position{static_cast<std::int64_t>(place >> shard_bits)}};
}

using kafka_headers =
    kafka_object<rd_kafka_headers_t, rd_kafka_headers_destroy>;

/// CloudEvents 1.0, binary mode of its Kafka binding (where the content type
/// has no `ce_`), and our own for consumers that look for holes.
kafka_headers make_headers(const event &fact) {
  const std::array<std::pair<const char *, std::string>, 10> fields{
      {{"ce_specversion", "1.0"},
       {"ce_id", fact.id().to_string()},
       {"ce_type", std::string(kafka_type_of(fact.type))},
       {"ce_source", "/digital-wallet"},
       {"ce_time", to_string(fact.recorded_at)},
       {"ce_subject", fact.wallet.to_string()},
       {"content-type", "application/json"},
       {"shard", std::to_string(fact.shard.value())},
       {"position", std::to_string(raw(fact.position))},
       {"version", std::to_string(raw(fact.version))}}};
  kafka_headers headers(rd_kafka_headers_new(fields.size()));
  for (const auto &[name, value] : fields)
    rd_kafka_header_add(headers.get(), name, -1, value.data(),
                        static_cast<ssize_t>(value.size()));
  return headers;
}

rd_kafka_vu_t part(rd_kafka_vtype_t type) {
  rd_kafka_vu_t made{};
  made.vtype = type;
  return made;
}

rd_kafka_vu_t bytes(rd_kafka_vtype_t type, std::string &content) {
  auto made = part(type);
  made.u.mem = {content.data(), content.size()};
  return made;
}

rd_kafka_resp_err_t send(rd_kafka_t *client, rd_kafka_topic_t *topic,
                         std::int32_t partition, const recorded_event &event) {
  auto key = event.fact.wallet.to_string();
  auto body = encode(event);
  auto headers = make_headers(event.fact);
  auto to = part(RD_KAFKA_VTYPE_RKT), at = part(RD_KAFKA_VTYPE_PARTITION),
       flags = part(RD_KAFKA_VTYPE_MSGFLAGS),
       with = part(RD_KAFKA_VTYPE_HEADERS),
       opaque = part(RD_KAFKA_VTYPE_OPAQUE);
  to.u.rkt = topic;
  at.u.i32 = partition;
  flags.u.i = RD_KAFKA_MSG_F_COPY;
  with.u.headers = headers.get();
  opaque.u.ptr = to_opaque(event.fact);
  const std::array message{to,
                           at,
                           flags,
                           bytes(RD_KAFKA_VTYPE_KEY, key),
                           bytes(RD_KAFKA_VTYPE_VALUE, body),
                           with,
                           opaque};
  const kafka_error failure(
      rd_kafka_produceva(client, message.data(), message.size()));
  if (failure)
    return rd_kafka_error_code(failure.get());
  static_cast<void>(headers.release()); // the message's now
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

} // namespace

/// The producer between two resets.
struct event_log_producer::implementation {
  implementation(event_log_options given, std::function<void()> report)
      : options(std::move(given)), on_report(std::move(report)) {
    open();
  }
  ~implementation() {
    if (client)
      say_farewell();
    close();
  }
  implementation(const implementation &) = delete;
  implementation &operator=(const implementation &) = delete;

  void open();
  void close();
  void say_farewell();
  void create_topic();
  void take(rd_kafka_event_t *event, delivery_report &report);
  void take_deliveries(rd_kafka_event_t *event, delivery_report &report);
  void take_creation(rd_kafka_event_t *event);
  void fail(rd_kafka_resp_err_t why, const char *text);

  event_log_options options;
  std::function<void()> on_report;
  kafka_client client;
  kafka_queue queue;
  kafka_topic topic;
  /// 0 while the topic is not known.
  int partitions = 0;
  bool is_creating_topic = false;
  /// Nothing that was handed to this client counts any more.
  bool is_broken = false;
};

void event_log_producer::implementation::open() {
  client = make_client(
      RD_KAFKA_PRODUCER, options.brokers,
      {{"enable.idempotence", "true"}, // in order, once
       {"acks", "all"},
       {"message.timeout.ms", "0"}, // none: Kafka may be away for hours
       // A batch costs the broker as much as a message, and bodies compress
       // well: 25 ms and no compression cost it twice as much of a transfer
       // (18 to 8 us, wallet-bench --database).
       {"linger.ms", "50"},
       {"compression.codec", "lz4"},
       // Bound the memory while Kafka is away; a body is less than 1 KiB.
       {"queue.buffering.max.messages", "100000"},
       {"queue.buffering.max.kbytes", "131072"}},
      RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR |
          RD_KAFKA_EVENT_CREATETOPICS_RESULT);
  queue.reset(rd_kafka_queue_get_main(client.get()));
  topic.reset(rd_kafka_topic_new(client.get(), options.topic.c_str(), nullptr));
  if (!topic)
    throw std::runtime_error("kafka: topic " + options.topic + ": " +
                             rd_kafka_err2str(rd_kafka_last_error()));
  partitions = 0;
  is_creating_topic = is_broken = false;
  rd_kafka_queue_cb_event_enable(
      queue.get(),
      [](rd_kafka_t *, void *self) {
        static_cast<implementation *>(self)->on_report();
      },
      this);
  // It is called when the queue was empty: what came before it was enabled
  // would keep it silent for ever.
  on_report();
}

void event_log_producer::implementation::close() {
  if (queue)
    rd_kafka_queue_cb_event_enable(queue.get(), nullptr, nullptr);
  topic.reset();
  queue.reset();
  client.reset();
}

void event_log_producer::implementation::say_farewell() {
  rd_kafka_queue_cb_event_enable(queue.get(), nullptr, nullptr);
  const auto deadline = std::chrono::steady_clock::now() + farewell;
  delivery_report ignored;
  while (!is_broken && rd_kafka_outq_len(client.get()) > 0 &&
         std::chrono::steady_clock::now() < deadline)
    if (const kafka_event event(
            rd_kafka_queue_poll(queue.get(), 10 /* ms between two looks */));
        event)
      take(event.get(), ignored);
}

void event_log_producer::implementation::create_topic() {
  std::array<char, 512> why{};
  // -1: as many copies as the broker makes by default.
  const kafka_object<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy> wanted(
      rd_kafka_NewTopic_new(options.topic.c_str(), options.partitions, -1,
                            why.data(), why.size()));
  if (!wanted) {
    spdlog::warn("kafka: topic {}: {}", options.topic, why.data());
    return;
  }
  auto *topics = wanted.get();
  rd_kafka_CreateTopics(client.get(), &topics, 1, nullptr, queue.get());
  is_creating_topic = true;
}

void event_log_producer::implementation::fail(rd_kafka_resp_err_t why,
                                              const char *text) {
  if (!is_broken)
    spdlog::warn("kafka: publishing starts again: {} ({})", text,
                 rd_kafka_err2name(why));
  is_broken = true;
}

void event_log_producer::implementation::take(rd_kafka_event_t *event,
                                              delivery_report &report) {
  switch (rd_kafka_event_type(event)) {
  case RD_KAFKA_EVENT_DR:
    take_deliveries(event, report);
    break;
  case RD_KAFKA_EVENT_CREATETOPICS_RESULT:
    take_creation(event);
    break;
  case RD_KAFKA_EVENT_ERROR:
    // All others heal by themselves and are in the log.
    if (rd_kafka_event_error_is_fatal(event))
      fail(rd_kafka_event_error(event), rd_kafka_event_error_string(event));
    break;
  default:
    break;
  }
}

void event_log_producer::implementation::take_deliveries(
    rd_kafka_event_t *event, delivery_report &report) {
  while (const auto *message = rd_kafka_event_message_next(event)) {
    // What comes after a failure may be delivered, but not in order.
    if (is_broken)
      return;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      fail(message->err, rd_kafka_err2str(message->err));
      return;
    }
    report.delivered.push_back(from_opaque(message->_private));
    // A broker need not say where, for what it had already.
    if (message->offset >= 0)
      report.offsets[message->partition] = message->offset;
  }
}

void event_log_producer::implementation::take_creation(
    rd_kafka_event_t *event) {
  is_creating_topic = false;
  if (const auto failure = rd_kafka_event_error(event)) {
    spdlog::warn("kafka: cannot create topic {}: {}", options.topic,
                 rd_kafka_err2str(failure));
    return;
  }
  std::size_t count = 0;
  const auto *const *results = rd_kafka_CreateTopics_result_topics(
      rd_kafka_event_CreateTopics_result(event), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto failure = rd_kafka_topic_result_error(results[i]);
    if (failure == RD_KAFKA_RESP_ERR_NO_ERROR)
      spdlog::info("kafka: created topic {} with {} partitions", options.topic,
                   options.partitions);
    else if (failure != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
      spdlog::warn("kafka: cannot create topic {}: {}", options.topic,
                   rd_kafka_topic_result_error_string(results[i]));
  }
}

event_log_producer::event_log_producer(event_log_options options,
                                       std::function<void()> on_report)
    : impl_(std::make_unique<implementation>(std::move(options),
                                             std::move(on_report))) {}

event_log_producer::~event_log_producer() = default;

bool event_log_producer::ensure_topic() {
  const auto found = count_partitions(impl_->client.get(), impl_->options.topic,
                                      metadata_patience);
  if (found == 0 && !impl_->is_creating_topic)
    impl_->create_topic();
  impl_->partitions = found.value_or(0);
  return impl_->partitions > 0;
}

bool event_log_producer::look_for_partitions() {
  if (impl_->partitions == 0 || impl_->is_broken)
    return false;
  const auto found = count_partitions(impl_->client.get(), impl_->options.topic,
                                      metadata_patience);
  if (found.value_or(0) == 0 || *found == impl_->partitions)
    return false;
  spdlog::info("kafka: topic {} has {} partitions now: publishing begins again",
               impl_->options.topic, *found);
  impl_->is_broken = true;
  impl_->on_report();
  return true;
}

std::size_t
event_log_producer::publish(std::span<const recorded_event> events) {
  if (impl_->partitions == 0)
    return 0;
  std::size_t taken = 0;
  for (const auto &event : events) {
    if (impl_->is_broken)
      break;
    const auto outcome =
        send(impl_->client.get(), impl_->topic.get(),
             partition_of(event.fact.shard, impl_->partitions), event);
    if (outcome == RD_KAFKA_RESP_ERR__QUEUE_FULL)
      break;
    if (outcome != RD_KAFKA_RESP_ERR_NO_ERROR) {
      impl_->fail(outcome, rd_kafka_err2str(outcome));
      impl_->on_report();
      break;
    }
    ++taken;
  }
  return taken;
}

delivery_report event_log_producer::poll() {
  delivery_report report;
  while (!impl_->is_broken) {
    const kafka_event event(rd_kafka_queue_poll(impl_->queue.get(), 0));
    if (!event)
      return report;
    impl_->take(event.get(), report);
  }
  report.is_reset = true;
  impl_->close();
  impl_->open();
  return report;
}

} // namespace wallet::storage
