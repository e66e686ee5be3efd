#include <memory>
#include <vector>

#include <libpq-fe.h>

#include "storage/event_row.hpp"
#include "storage/event_store.hpp"
#include "storage/history_row.hpp"
#include "tests/fuzz/event_maker.hpp"

// The input is a row as PostgreSQL sends it, column by column: its length and
// its bytes; or choices for an event that goes there and comes back.

using namespace wallet;
using namespace wallet::storage;
using fuzzing::require;

namespace {

/// Nothing: null.
using columns = std::vector<std::optional<std::string>>;

rows result_of(const columns &values) {
  result_ptr result(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
  std::vector<PGresAttDesc> described(values.size());
  for (auto &one : described) {
    one.name = const_cast<char *>("column");
    one.format = 1; // binary
  }
  PQsetResultAttrs(result.get(), static_cast<int>(values.size()),
                   described.data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto value = values[i].value_or("");
    PQsetvalue(result.get(), 0, static_cast<int>(i), value.data(),
               values[i] ? static_cast<int>(value.size()) : -1);
  }
  return rows(std::move(result));
}

std::uint32_t take_number(std::string_view &bytes) {
  require(bytes.size() >= 4, "an array is whole");
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4))
    value = value << 8 | static_cast<unsigned char>(c);
  bytes.remove_prefix(4);
  return value;
}

std::optional<std::string> take_value(std::string_view &bytes) {
  const auto size = take_number(bytes);
  if (size == 0xffffffff)
    return std::nullopt;
  require(size <= bytes.size(), "a value is whole");
  std::string value(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return value;
}

/// The columns of the only element of an array of composites, read as the
/// server does (array_recv and record_recv).
columns only_element(std::string_view bytes, std::uint32_t composite) {
  require(take_number(bytes) == 1 && take_number(bytes) == 0 &&
              take_number(bytes) == composite && take_number(bytes) == 1 &&
              take_number(bytes) == 1,
          "one dimension, no nulls, one element");
  const auto element = take_value(bytes);
  require(element && bytes.empty(), "nothing is behind the element");
  std::string_view rest = *element;
  columns values(take_number(rest));
  for (auto &value : values) {
    take_number(rest); // its type
    value = take_value(rest);
  }
  require(rest.empty(), "nothing is behind the columns");
  return values;
}

constexpr std::uint32_t any_composite = 16'400;
constexpr std::size_t history_column_count = 14;

void check_event(recorded_event one, fuzzing::choices &from) {
  if (from.ConsumeBool())
    one.fact.key = make_request_key(one.fact.wallet, "fund", "key");
  if (one.counterparty && from.ConsumeBool())
    one.fact.counterparty_position = log_position{7};
  const auto sent = encode_events(any_composite, {one});
  const auto stored = result_of(only_element(sent, any_composite));
  require(decode_event(stored[0], 0) == one.fact,
          "an event survives the way through PostgreSQL");

  const auto copied = encode_history_rows(any_composite, {&one, 1});
  const auto history = result_of(only_element(copied, any_composite));
  require(fuzzing::is_same_published(decode_history_row(history[0]), one),
          "an event survives the way through the history");
}

columns choose_columns(fuzzing::choices &from, std::size_t count) {
  constexpr std::size_t usual[] = {8, 2, 16, 3};
  columns values(count);
  for (auto &value : values) {
    const auto form = from.ConsumeIntegralInRange(0, 7);
    if (form == 0)
      continue;
    const auto size = form == 1
                          ? from.ConsumeIntegralInRange<std::size_t>(0, 40)
                          : from.PickValueInArray(usual);
    value = from.ConsumeBytesAsString(size);
  }
  return values;
}

/// Whatever is in a row: an event that can be written again, or the error.
void check_row(const columns &values) {
  const auto stored = result_of(values);
  recorded_event one;
  try {
    one.fact = decode_event(stored[0], 0);
  } catch (const unreadable_event &) {
    return;
  }
  require(one.fact.amount.units() >= 0 && one.fact.balance.units() >= 0 &&
              one.fact.held.units() >= 0,
          "money is not negative");
  const auto sent = encode_events(any_composite, {one});
  const auto again = result_of(only_element(sent, any_composite));
  require(decode_event(again[0], 0) == one.fact, "a row is read as it is");
}

void check_history_row(const columns &values) {
  const auto stored = result_of(values);
  try {
    const auto one = decode_history_row(stored[0]);
    require(one.owner != nullptr, "the owner is known");
  } catch (const unreadable_event &) {
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  fuzzing::choices from(data, size);
  switch (from.ConsumeIntegralInRange(0, 2)) {
  case 0:
    check_row(choose_columns(from, event_column_count));
    break;
  case 1:
    check_history_row(choose_columns(from, history_column_count));
    break;
  default:
    check_event(fuzzing::make_event(from), from);
  }
  return 0;
}
