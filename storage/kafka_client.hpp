#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <librdkafka/rdkafka.h>

namespace wallet::storage {

template <auto destroy> struct destroyed_by {
  template <class Object> void operator()(Object *object) const {
    destroy(object);
  }
};
template <class Object, auto destroy>
using kafka_object = std::unique_ptr<Object, destroyed_by<destroy>>;

/// Does not close a consumer: that has no bound.
inline void destroy_client(rd_kafka_t *client) {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

using kafka_client = kafka_object<rd_kafka_t, destroy_client>;
using kafka_queue = kafka_object<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using kafka_topic = kafka_object<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using kafka_event = kafka_object<rd_kafka_event_t, rd_kafka_event_destroy>;
using kafka_error = kafka_object<rd_kafka_error_t, rd_kafka_error_destroy>;

using kafka_setting = std::pair<const char *, std::string>;

/// A producer or consumer whose log goes to spdlog. `event_mask`: the kinds of
/// events (RD_KAFKA_EVENT_...) that come through its queue. No broker is asked
/// yet. Raises std::runtime_error for settings that librdkafka refuses.
kafka_client make_client(rd_kafka_type_t type, const std::string &brokers,
                         std::initializer_list<kafka_setting> settings,
                         int event_mask = 0);

/// How many partitions a topic has; 0 when there is no such topic, nothing when
/// no broker says so within `patience`. Does not create the topic.
std::optional<int> count_partitions(rd_kafka_t *client,
                                    const std::string &topic,
                                    std::chrono::milliseconds patience);

/// How long a call may wait for a broker that should answer at once.
constexpr std::chrono::milliseconds metadata_patience{100};

} // namespace wallet::storage
