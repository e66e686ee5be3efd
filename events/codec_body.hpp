#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "events/ids.hpp"
#include "events/money.hpp"

namespace wallet {

/// The fields of the Kafka body, of all types of events.
enum class body_field : std::uint8_t {
  event_type,
  wallet,
  user,
  from_wallet,
  from_user,
  to_wallet,
  to_user,
  amount,
  new_balance,
  transaction,
  reference,
  recorded_at,
  id,
  shard,
  position,
  version,
  balance,
  held,
  currency,
  schema,
};
constexpr std::size_t body_field_count = 20;

/// "eventType", "wallet_id", ...
std::string_view name_of(body_field which);

/// A body is not what it should be. Stays within the codec.
class wrong_body : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Raises wrong_body: "field 'amount' is zero".
[[noreturn]] void refuse(body_field which, std::string_view why);

/// Writes one JSON object, compact, its fields in the order of the calls.
class body_writer {
public:
  body_writer();

  /// `value` is UTF-8.
  void put(body_field which, std::string_view value);
  void put(body_field which, std::int64_t value);
  void put(body_field which, money value) {
    put_plain(which, value.to_string());
  }
  template <class Purpose>
  void put(body_field which, const strong_uuid<Purpose> &value) {
    put_plain(which, value.to_string());
  }
  /// `value` has nothing that JSON escapes: a time, a code.
  void put_plain(body_field which, std::string_view value);

  std::string finish() &&;

private:
  void begin(body_field which);

  std::string text_;
};

/// The fields of one JSON object; others, whatever they hold, are skipped.
class body_reader {
  enum class kind : std::uint8_t { absent, text, number, other };
  /// In `json_`.
  struct slot {
    kind holds = kind::absent;
    std::string_view value;
  };

public:
  /// Any bytes. Raises wrong_body for what is not one JSON object of valid
  /// UTF-8, and when one of our fields is there twice. Memory and time grow
  /// with the size of `json`, the stack does not.
  explicit body_reader(std::string json);
  body_reader(const body_reader &) = delete;
  body_reader &operator=(const body_reader &) = delete;

  /// Raises wrong_body when the field is missing or of another type. Lives as
  /// long as the reader.
  std::string_view text(body_field which) const;

  /// As text; also when it is not a whole number in `smallest` .. `largest`.
  std::int64_t number(body_field which, std::int64_t smallest,
                      std::int64_t largest) const;

private:
  class json_handler;

  template <unsigned Flags> void parse();
  std::string_view value_of(body_field which, kind wanted,
                            std::string_view otherwise) const;

  /// Parsed in place: texts are unescaped where they stand.
  std::string json_;
  std::array<slot, body_field_count> slots_;
};

} // namespace wallet
