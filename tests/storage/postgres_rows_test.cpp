#include <catch2/catch.hpp>

#include <libpq-fe.h>

#include "storage/event_row.hpp"

using namespace wallet::storage;

namespace {

/// A result of one row, as the server sends it.
rows result_of(std::vector<std::string> values) {
  result_ptr result(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
  std::vector<PGresAttDesc> columns(values.size());
  for (auto &column : columns)
    column.name = const_cast<char *>("column");
  PQsetResultAttrs(result.get(), static_cast<int>(columns.size()),
                   columns.data());
  for (std::size_t i = 0; i < values.size(); ++i)
    PQsetvalue(result.get(), 0, static_cast<int>(i), values[i].data(),
               static_cast<int>(values[i].size()));
  return rows(std::move(result));
}

std::string number(std::int64_t value, std::size_t size) {
  std::string bytes(size, '\0');
  for (auto at = size; at-- > 0; value >>= 8)
    bytes[at] = static_cast<char>(value & 0xff);
  return bytes;
}

/// An event of shard 10, with one column replaced.
std::vector<std::string> event_with(std::size_t column, std::string value) {
  std::vector<std::string> values{
      number(17, 8), number(2, 8),  number(5, 8),  number(9, 8), number(1, 8),
      number(3, 8),  number(4, 8),  number(10, 2), number(2, 2), number(6, 16),
      number(7, 16), number(8, 16), number(9, 16)};
  values.at(column) = std::move(value);
  return values;
}

} // namespace

TEST_CASE("a column is read as wide as it is, or refused") {
  const auto one = result_of({number(-2, 8), number(7, 4), number(7, 17)});
  CHECK(one[0].int64(0) == -2);
  CHECK(one[0].oid(1) == 7);
  // Fuzzing: an id of 17 bytes was written beyond its end.
  CHECK_THROWS_AS(one[0].uuid(2), unreadable_event);
  CHECK_THROWS_AS(one[0].int64(1), unreadable_event);
  CHECK_THROWS_AS(one[0].int16(0), unreadable_event);
}

TEST_CASE("a stored event whose numbers nobody can have written is refused") {
  CHECK(decode_event(result_of(event_with(0, number(18, 8)))[0], 0)
            .shard.value() == 10);
  struct mistake {
    std::size_t column;
    std::string value;
  };
  // Amount, balance and held below zero; a shard beyond the last, and before
  // the first; a type; "infinity".
  const auto wrong = GENERATE(values<mistake>({{2, number(-1, 8)},
                                               {3, number(-1, 8)},
                                               {4, number(-1, 8)},
                                               {7, number(64, 2)},
                                               {7, number(-1, 2)},
                                               {8, number(99, 2)},
                                               {6, number(INT64_MAX, 8)}}));
  const auto stored = result_of(event_with(wrong.column, wrong.value));
  CHECK_THROWS_AS(decode_event(stored[0], 0), unreadable_event);
}
