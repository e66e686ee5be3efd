#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <boost/uuid/uuid.hpp>

#include "events/timestamp.hpp"

namespace wallet {

using boost::uuids::uuid;

/// Parses the canonical 8-4-4-4-12 form, either case; nothing else.
std::optional<uuid> parse_uuid(std::string_view text);

/// Canonical lower-case form, 36 characters.
std::string to_string(const uuid &id);

/// One of the 64 logical shards, fixed for ever: 0 to 63.
class shard_number {
public:
  static constexpr std::size_t count = 64;

  constexpr shard_number() = default;
  constexpr explicit shard_number(std::size_t value)
      : value_(static_cast<std::uint8_t>(value % count)) {}

  constexpr std::uint8_t value() const { return value_; }
  friend constexpr auto operator<=>(shard_number, shard_number) = default;

private:
  std::uint8_t value_ = 0;
};

/// The place of an event in its shard's log; the first is 1, 0 is "before the
/// first".
enum class log_position : std::int64_t {};

/// The place of an event among its wallet's events; the first is 1.
enum class stream_version : std::int64_t {};

/// Raised each time the ownership of a shard is taken; a writer with an older
/// one is fenced.
enum class epoch : std::int64_t {};

template <class Number>
requires std::is_enum_v<Number>
constexpr auto raw(Number n) {
  return static_cast<std::underlying_type_t<Number>>(n);
}

constexpr log_position next(log_position p) { return log_position{raw(p) + 1}; }
constexpr log_position previous(log_position p) {
  return log_position{raw(p) - 1};
}
constexpr stream_version next(stream_version v) {
  return stream_version{raw(v) + 1};
}

/// A UUID of one purpose; ids of different purposes do not mix.
template <class Purpose> class strong_uuid {
public:
  constexpr strong_uuid() : value_{} {}
  constexpr explicit strong_uuid(const uuid &value) : value_(value) {}

  const uuid &value() const { return value_; }
  std::string to_string() const { return wallet::to_string(value_); }

  friend bool operator==(const strong_uuid &a, const strong_uuid &b) {
    return a.value_ == b.value_;
  }
  friend bool operator<(const strong_uuid &a, const strong_uuid &b) {
    return a.value_ < b.value_;
  }

private:
  uuid value_;
};

using wallet_id = strong_uuid<struct wallet_id_purpose>;
using event_id = strong_uuid<struct event_id_purpose>;
using transaction_id = strong_uuid<struct transaction_id_purpose>;
/// UUIDv5 over wallet, operation and the client's `Idempotency-Key`.
using request_key = strong_uuid<struct request_key_purpose>;
using batch_id = strong_uuid<struct batch_id_purpose>;

/// A wallet's shard is the low 6 bits of its id.
shard_number shard_of(const wallet_id &id);

/// A new wallet's id, UUIDv7 (RFC 9562 5.7): the time in milliseconds, then
/// 74 bits of `entropy` (16 bytes, the version and variant bits are replaced).
wallet_id make_wallet_id(timestamp now,
                         const std::array<std::uint8_t, 16> &entropy);

/// The id of the wallet that a keyed `POST /wallets` creates, UUIDv5: the same
/// key finds the same wallet for ever.
wallet_id wallet_id_from_key(std::string_view idempotency_key);

/// What a keyed command is remembered by. `operation` is the command's name.
request_key make_request_key(const wallet_id &wallet,
                             std::string_view operation,
                             std::string_view idempotency_key);

/// An event's id says where it is: UUIDv8 (RFC 9562 5.8), shard in the first
/// 16 bits, position in the last 60: `ssss0000-0000-8000-8ppp-pppppppppppp`.
event_id make_event_id(shard_number shard, log_position position);

/// A transaction is named by its first leg's event.
transaction_id make_transaction_id(shard_number shard, log_position position);

struct event_place {
  shard_number shard;
  log_position position;
};

/// The inverse of make_event_id; nothing for any other UUID.
std::optional<event_place> place_of(const uuid &id);

/// Who owns a wallet: 1 to 100 characters of valid UTF-8 without control
/// characters.
class user_id {
public:
  static constexpr std::size_t max_characters = 100;

  user_id() = default;

  static std::optional<user_id> parse(std::string_view text);
  /// `text` comes from a place that only holds parsed ids (our own store).
  static user_id trusted(std::string text) { return user_id(std::move(text)); }

  const std::string &text() const { return text_; }
  friend bool operator==(const user_id &, const user_id &) = default;

private:
  explicit user_id(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// ISO 4217 alphabetic code of an active currency.
class currency {
public:
  constexpr currency() : code_{'U', 'S', 'D'} {}

  static std::optional<currency> parse(std::string_view text);

  std::string_view code() const { return {code_.data(), code_.size()}; }
  friend constexpr bool operator==(currency, currency) = default;

private:
  std::array<char, 3> code_;
};

} // namespace wallet

template <class Purpose> struct std::hash<wallet::strong_uuid<Purpose>> {
  std::size_t operator()(const wallet::strong_uuid<Purpose> &id) const {
    // Both halves of our ids hold random or counted bits.
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), id.value().data, sizeof halves);
    return halves[0] * 0x9e3779b97f4a7c15 ^ halves[1];
  }
};
