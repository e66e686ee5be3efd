#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "events/ids.hpp"
#include "events/timestamp.hpp"

namespace wallet::storage {

/// Type numbers of pg_type.dat, the same in every database.
namespace type_oid {
constexpr std::uint32_t int8 = 20;
constexpr std::uint32_t int2 = 21;
constexpr std::uint32_t text = 25;
constexpr std::uint32_t timestamptz = 1184;
constexpr std::uint32_t uuid = 2950;
constexpr std::uint32_t jsonb = 3802;
} // namespace type_oid

/// PostgreSQL counts its time from 2000-01-01 UTC, in microseconds; to
/// to_postgres_time(timestamp::max()) at most.
std::int64_t to_postgres_time(timestamp time);
timestamp from_postgres_time(std::int64_t microseconds);

/// Writes values in PostgreSQL's binary format (protocol manual, "Message Data
/// Types"; the send and receive functions of each type): network byte order,
/// and a length before everything that has one.
class binary_writer {
public:
  void int16(std::int16_t value) { number(value); }
  void int32(std::int32_t value) { number(value); }
  void int64(std::int64_t value) { number(value); }
  void bytes(std::string_view value) { out_.append(value); }
  void uuid(const wallet::uuid &value);

  /// Leaves room for a length; end_length fills it with the size of what was
  /// written between.
  std::size_t begin_length();
  void end_length(std::size_t at);

  std::string take() { return std::move(out_); }

private:
  template <class Number> void number(Number value) {
    char buffer[sizeof value];
    auto rest = static_cast<std::make_unsigned_t<Number>>(value);
    for (std::size_t i = sizeof value; i-- > 0;) {
      buffer[i] = static_cast<char>(rest & 0xff);
      if constexpr (sizeof value > 1)
        rest = static_cast<decltype(rest)>(rest >> 8);
    }
    out_.append(buffer, sizeof value);
  }

  std::string out_;
};

/// Writes the columns of one composite value, in their order.
class composite_writer {
public:
  composite_writer(binary_writer &out, std::int32_t columns) : out_(out) {
    out_.int32(columns);
  }

  composite_writer &int64(std::int64_t value);
  composite_writer &int16(std::int16_t value);
  composite_writer &uuid(const wallet::uuid &value);
  composite_writer &time(timestamp value);
  composite_writer &text(std::string_view value);
  composite_writer &null(std::uint32_t type);

private:
  void start(std::uint32_t type, std::int32_t length);

  binary_writer &out_;
};

/// A one-dimensional array without nulls; `put(writer, element)` writes one
/// value of the type `element_type`.
template <class Elements, class Put>
std::string binary_array(std::uint32_t element_type, const Elements &elements,
                         Put put) {
  binary_writer out;
  const auto count = static_cast<std::int32_t>(std::size(elements));
  out.int32(count == 0 ? 0 : 1); // dimensions
  out.int32(0);                  // no nulls
  out.int32(static_cast<std::int32_t>(element_type));
  if (count > 0) {
    out.int32(count);
    out.int32(1); // lower bound
  }
  for (const auto &element : elements) {
    const auto length = out.begin_length();
    put(out, element);
    out.end_length(length);
  }
  return out.take();
}

} // namespace wallet::storage
