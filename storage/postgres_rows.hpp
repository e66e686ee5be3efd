#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "events/ids.hpp"
#include "events/timestamp.hpp"

struct pg_result;

namespace wallet::storage {

/// What is stored is of a kind that this program does not know.
class unreadable_event : public std::runtime_error {
  using runtime_error::runtime_error;
};

struct clear_result {
  void operator()(pg_result *result) const;
};
using result_ptr = std::unique_ptr<pg_result, clear_result>;

/// One row of a result; lives as long as its `rows`. The caller knows the
/// columns' types; columns count from 0 and are not null unless asked. Raises
/// unreadable_event for a value of another width than its type.
class row {
public:
  row(const pg_result *result, int number) : result_(result), number_(number) {}

  bool is_null(int column) const;
  std::int64_t int64(int column) const;
  std::int16_t int16(int column) const;
  std::uint32_t oid(int column) const;
  bool boolean(int column) const;
  wallet::uuid uuid(int column) const;
  timestamp time(int column) const;
  /// Also any value of a script, which answers in text.
  std::string_view text(int column) const;

private:
  template <class Number> Number number(int column) const;
  std::string_view value(int column) const;
  std::string_view value(int column, std::size_t width) const;

  const pg_result *result_;
  int number_;
};

/// What a statement returned.
class rows {
public:
  rows() = default;
  explicit rows(result_ptr result) : result_(std::move(result)) {}

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  int columns() const;
  row operator[](std::size_t number) const {
    return {result_.get(), static_cast<int>(number)};
  }
  /// How many rows an INSERT, UPDATE or DELETE touched.
  std::size_t affected() const;

private:
  result_ptr result_;
};

} // namespace wallet::storage
