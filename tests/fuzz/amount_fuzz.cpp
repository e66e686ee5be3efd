#include <algorithm>
#include <optional>

#include "events/money.hpp"
#include "tests/fuzz/property.hpp"

// The input is what a client gives for an amount.

using namespace wallet;
using fuzzing::require;

namespace {

using wide = unsigned __int128;

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return '0' <= c && c <= '9';
  });
}

/// `digits` as a number, or something larger than any amount.
wide value_of(std::string_view digits) {
  constexpr wide beyond = wide{1} << 100;
  wide value = 0;
  for (const char c : digits)
    value = std::min(value * 10 + static_cast<wide>(c - '0'), beyond);
  return value;
}

/// The contract's rule, written down a second time: units, or why not.
boost::system::result<wide, amount_error> expected(std::string_view text) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  std::string decimals;
  if (point != std::string_view::npos) {
    decimals = text.substr(point + 1);
    if (!is_number(decimals))
      return amount_error::not_a_decimal;
  }
  if (!is_number(whole))
    return amount_error::not_a_decimal;
  if (decimals.size() > 4)
    return amount_error::too_many_decimals;
  decimals.resize(4, '0');
  const auto units = value_of(whole) * 10'000 + value_of(decimals);
  if (units > static_cast<wide>(money::max().units()))
    return amount_error::too_large;
  return units;
}

void check_text(std::string_view text) {
  const auto wanted = expected(text);
  const auto found = money::parse(text);
  require(found.has_value() == wanted.has_value(),
          "an amount is taken when the contract says so, and only then");
  if (!found) {
    require(found.error() == wanted.error(), "the right reason is given");
    require(!describe(found.error()).empty(), "every reason has a text");
    return;
  }
  require(static_cast<wide>(found->units()) == *wanted, "nothing is rounded");
  const auto again = money::parse(found->to_string());
  require(again && *again == *found, "what is written reads the same");
}

void check_units(std::int64_t units, std::int64_t more) {
  const auto a = money::from_units(units), b = money::from_units(more);
  const auto written = money::parse(a.to_string());
  require(written && *written == a, "every amount survives its text");
  const auto sum = a.plus(b);
  require(sum.has_value() ==
              (static_cast<wide>(units) + static_cast<wide>(more) <=
               static_cast<wide>(money::max().units())),
          "a sum is refused when it is above the largest balance");
  if (sum)
    require(sum->minus(b) == a, "what was added can be taken away");
  require(a.minus(b).has_value() == (units >= more), "nothing is below zero");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  check_text({reinterpret_cast<const char *>(data), size});
  fuzzing::choices chosen(data, size);
  const auto largest = money::max().units();
  const auto units = chosen.ConsumeIntegralInRange<std::int64_t>(0, largest);
  check_units(units, chosen.ConsumeIntegralInRange<std::int64_t>(0, largest));
  return 0;
}
