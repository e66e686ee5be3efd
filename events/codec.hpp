#pragma once

#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "events/event.hpp"

namespace wallet {

/// The version of the Kafka body that encode writes and decode reads.
constexpr int schema_version = 1;

/// The tag field of the Kafka body: "WALLET_CREATED", "WALLET_FUNDED",
/// "TRANSFER_COMPLETED" (the sender's leg), "TRANSFER_RECEIVED".
std::string_view kafka_type_of(event_type type);

/// The body of the Kafka message for one event, compact JSON. Consumers of the
/// former service find their fields under the same names and types.
std::string encode(const recorded_event &event);

/// Reads what encode wrote; unknown fields are ignored. The error says what is
/// wrong with the body; every text is a value or an error. Not published, and
/// so not set: `key`, `counterparty_position` and the profiles' `created_at`.
boost::system::result<recorded_event, std::string>
decode(std::string_view body);

} // namespace wallet
