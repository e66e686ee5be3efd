#include "events/money.hpp"

#include <array>
#include <charconv>

namespace wallet {

std::string_view describe(amount_error error) {
  switch (error) {
  case amount_error::not_a_decimal:
    return "must be a decimal number such as \"30.00\"";
  case amount_error::too_many_decimals:
    return "has more than 4 decimals";
  case amount_error::too_large:
    return "is larger than 922337203685477.5807";
  }
  return "";
}

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_digits(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n]))
    ++n;
  return n;
}

/// value * 10 + digit, or false when it does not fit.
bool append_digit(std::int64_t &value, int digit) {
  return !__builtin_mul_overflow(value, 10, &value) &&
         !__builtin_add_overflow(value, digit, &value);
}

} // namespace

boost::system::result<money, amount_error> money::parse(std::string_view text) {
  const auto whole = text.substr(0, count_digits(text));
  if (whole.empty())
    return amount_error::not_a_decimal;
  auto fraction = text.substr(whole.size());
  if (!fraction.empty()) {
    if (fraction.front() != '.')
      return amount_error::not_a_decimal;
    fraction.remove_prefix(1);
    if (fraction.empty() || count_digits(fraction) != fraction.size())
      return amount_error::not_a_decimal;
    if (fraction.size() > static_cast<std::size_t>(decimals))
      return amount_error::too_many_decimals;
  }
  std::int64_t units = 0;
  for (char c : whole)
    if (!append_digit(units, c - '0'))
      return amount_error::too_large;
  for (std::size_t i = 0; i < static_cast<std::size_t>(decimals); ++i)
    if (!append_digit(units, i < fraction.size() ? fraction[i] - '0' : 0))
      return amount_error::too_large;
  return money(units);
}

std::string money::to_string() const {
  // 15 digits, the point, 4 digits.
  std::array<char, 24> text;
  auto *end = std::to_chars(text.data(), text.data() + text.size(),
                            units_ / units_per_whole)
                  .ptr;
  *end++ = '.';
  auto fraction = units_ % units_per_whole;
  for (int i = decimals; i-- > 0; fraction /= 10)
    end[i] = static_cast<char>('0' + fraction % 10);
  return {text.data(), end + decimals};
}

} // namespace wallet
