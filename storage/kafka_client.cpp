#include "storage/kafka_client.hpp"

#include <array>
#include <stdexcept>

#include <spdlog/spdlog.h>

namespace wallet::storage {

namespace {

using error_text = std::array<char, 512>;

/// Levels are those of syslog. Nothing fails while a broker is away, so that
/// librdkafka's errors are warnings here.
spdlog::level::level_enum level_of(int syslog_level) {
  if (syslog_level <= 4)
    return spdlog::level::warn;
  return syslog_level <= 6 ? spdlog::level::info : spdlog::level::debug;
}

/// On librdkafka's threads.
void write_log(const rd_kafka_t *, int level, const char *, const char *text) {
  spdlog::log(level_of(level), "kafka: {}", text);
}

void set(rd_kafka_conf_t *conf, const kafka_setting &setting) {
  error_text why{};
  if (rd_kafka_conf_set(conf, setting.first, setting.second.c_str(), why.data(),
                        why.size()) != RD_KAFKA_CONF_OK)
    throw std::runtime_error(std::string("kafka: ") + why.data());
}

} // namespace

kafka_client make_client(rd_kafka_type_t type, const std::string &brokers,
                         std::initializer_list<kafka_setting> settings,
                         int event_mask) {
  kafka_object<rd_kafka_conf_t, rd_kafka_conf_destroy> conf(
      rd_kafka_conf_new());
  set(conf.get(), {"bootstrap.servers", brokers});
  set(conf.get(), {"client.id", "digital-wallet"});
  // Else a topic that is missing appears with the broker's default number of
  // partitions as soon as it is asked for.
  set(conf.get(), {"allow.auto.create.topics", "false"});
  // A broker that is back is found within a second, not ten.
  set(conf.get(), {"reconnect.backoff.max.ms", "1000"});
  set(conf.get(), {"socket.keepalive.enable", "true"});
  for (const auto &setting : settings)
    set(conf.get(), setting);
  rd_kafka_conf_set_log_cb(conf.get(), &write_log);
  // These are in the log already; without this they are there twice.
  rd_kafka_conf_set_error_cb(conf.get(),
                             [](rd_kafka_t *, int, const char *, void *) {});
  rd_kafka_conf_set_events(conf.get(), event_mask);
  error_text why{};
  kafka_client client(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (!client)
    throw std::runtime_error(std::string("kafka: ") + why.data());
  static_cast<void>(conf.release()); // the client's now
  return client;
}

std::optional<int> count_partitions(rd_kafka_t *client,
                                    const std::string &topic,
                                    std::chrono::milliseconds patience) {
  const kafka_topic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (!handle)
    return std::nullopt;
  const rd_kafka_metadata_t *answer = nullptr;
  const auto failure = rd_kafka_metadata(client, 0, handle.get(), &answer,
                                         static_cast<int>(patience.count()));
  if (failure != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  const kafka_object<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>
      found(answer);
  if (found->topic_cnt != 1)
    return std::nullopt;
  const auto &one = found->topics[0];
  if (one.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    return 0;
  if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    spdlog::warn("kafka: topic {}: {}", topic, rd_kafka_err2str(one.err));
    return std::nullopt;
  }
  return one.partition_cnt;
}

} // namespace wallet::storage
