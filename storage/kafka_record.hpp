#pragma once

#include <variant>

#include <librdkafka/rdkafka.h>

#include "storage/event_log.hpp"

namespace wallet::storage {

/// Our event in a message of the topic, or why it is none.
std::variant<recorded_event, poison>
read_record(const rd_kafka_message_t &message);

} // namespace wallet::storage
