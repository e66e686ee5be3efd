#include "storage/postgres_rows.hpp"

#include <algorithm>
#include <cstdlib>

#include <libpq-fe.h>

#include "storage/binary_format.hpp"

namespace wallet::storage {

void clear_result::operator()(pg_result *result) const { PQclear(result); }

std::string_view row::value(int column) const {
  return {PQgetvalue(result_, number_, column),
          static_cast<std::size_t>(PQgetlength(result_, number_, column))};
}

std::string_view row::value(int column, std::size_t width) const {
  const auto bytes = value(column);
  if (bytes.size() != width)
    throw unreadable_event("a column of " + std::to_string(bytes.size()) +
                           " bytes instead of " + std::to_string(width) +
                           ": is the schema that of another version?");
  return bytes;
}

template <class Number> Number row::number(int column) const {
  const auto bytes = value(column, sizeof(Number));
  std::uint64_t read = 0;
  for (const char byte : bytes)
    read = read << 8 | static_cast<std::uint8_t>(byte);
  return static_cast<Number>(read);
}

bool row::is_null(int column) const {
  return PQgetisnull(result_, number_, column) == 1;
}

std::int64_t row::int64(int column) const {
  return number<std::int64_t>(column);
}

std::int16_t row::int16(int column) const {
  return number<std::int16_t>(column);
}

std::uint32_t row::oid(int column) const {
  return number<std::uint32_t>(column);
}

bool row::boolean(int column) const { return number<std::uint8_t>(column); }

wallet::uuid row::uuid(int column) const {
  wallet::uuid id{};
  const auto bytes = value(column, id.size());
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return id;
}

timestamp row::time(int column) const {
  const auto microseconds = int64(column);
  // "infinity" is the largest number there is.
  if (microseconds > to_postgres_time(timestamp::max()))
    throw unreadable_event("a time beyond all times");
  return from_postgres_time(microseconds);
}

std::string_view row::text(int column) const { return value(column); }

std::size_t rows::size() const {
  return result_ ? static_cast<std::size_t>(PQntuples(result_.get())) : 0;
}

int rows::columns() const { return result_ ? PQnfields(result_.get()) : 0; }

std::size_t rows::affected() const {
  return result_ ? std::strtoull(PQcmdTuples(result_.get()), nullptr, 10) : 0;
}

} // namespace wallet::storage
