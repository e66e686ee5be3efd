#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace wallet {

/// Why a text is not an amount.
enum class amount_error : std::uint8_t {
  not_a_decimal,     ///< anything but `digits[.digits]`
  too_many_decimals, ///< more than four; it is never rounded
  too_large,         ///< above money::max()
};

/// What to tell the client, e.g. "more than 4 decimals".
std::string_view describe(amount_error error);

/// An amount of one currency, exact, in units of 1/10,000.
///
/// Range: 0 to 922337203685477.5807 (2^63 - 1 units). Money is never negative
/// here: a direction is the event's type, a floor is a rule of `decide`.
class money {
public:
  static constexpr std::int64_t units_per_whole = 10'000;
  static constexpr int decimals = 4;

  constexpr money() = default;

  /// `units` is in 1/10,000 and not negative.
  static constexpr money from_units(std::int64_t units) { return money(units); }

  static constexpr money max() {
    return money(std::numeric_limits<std::int64_t>::max());
  }

  /// Parses `digits[.digits]`: ASCII digits only, at most four decimals, no
  /// sign, exponent, underscore or space. Zero is an amount here.
  static boost::system::result<money, amount_error>
  parse(std::string_view text);

  constexpr std::int64_t units() const { return units_; }
  constexpr bool is_zero() const { return units_ == 0; }

  /// Nothing when the sum is above max().
  constexpr std::optional<money> plus(money other) const {
    if (units_ > max().units_ - other.units_)
      return std::nullopt;
    return money(units_ + other.units_);
  }

  /// Nothing when `other` is larger.
  constexpr std::optional<money> minus(money other) const {
    if (units_ < other.units_)
      return std::nullopt;
    return money(units_ - other.units_);
  }

  /// Always four decimals: "70.0000".
  std::string to_string() const;

  friend constexpr auto operator<=>(money, money) = default;

private:
  constexpr explicit money(std::int64_t units) : units_(units) {}

  std::int64_t units_ = 0;
};

} // namespace wallet
