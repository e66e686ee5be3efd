#include <algorithm>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/timestamp.hpp"
#include "tests/fuzz/property.hpp"

// The input is what stands for a wallet, a user, a currency or a time.

using namespace wallet;
using fuzzing::require;
using fuzzing::require_equal;

namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char &c : lowered)
    if ('A' <= c && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return lowered;
}

bool is_canonical(std::string_view text) {
  const std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != shape.size())
    return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == '-'
            ? text[i] != '-'
            : std::string_view("0123456789abcdefABCDEF").find(text[i]) ==
                  std::string_view::npos)
      return false;
  return true;
}

void check_uuid(std::string_view text) {
  const auto id = parse_uuid(text);
  require(id.has_value() == is_canonical(text), "only the canonical form");
  if (!id)
    return;
  require_equal(to_string(*id), lower(text), "ids are shown in lower case");
  require(shard_of(wallet_id(*id)).value() < shard_number::count,
          "every wallet has a shard");
  if (const auto place = place_of(*id)) {
    require(raw(place->position) >= 0, "a position is not negative");
    require(make_event_id(place->shard, place->position).value() == *id,
            "an id that says a place is the id of that place");
  }
}

void check_place(std::uint64_t random) {
  const shard_number shard(random >> 58);
  constexpr std::uint64_t largest = (std::uint64_t{1} << 60) - 1;
  const log_position position{static_cast<std::int64_t>(random & largest)};
  const auto place = place_of(make_event_id(shard, position).value());
  require(place && place->shard == shard && place->position == position,
          "an event's id says where it is");
}

struct character {
  std::uint32_t point = 0;
  std::size_t size = 0; ///< 0: none
};

/// RFC 3629, table 3-7 of Unicode: the shortest form, no surrogates.
character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto lead = byte(0);
  if (lead < 0x80)
    return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4)
    return {};
  std::uint32_t point = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf)
      return {};
    point = point << 6 | (byte(i) & 0x3f);
  }
  const std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < smallest[size] || point > 0x10ffff ||
      (0xd800 <= point && point < 0xe000))
    return {};
  return {point, size};
}

bool is_user(std::string_view text) {
  std::size_t characters = 0;
  for (; !text.empty(); ++characters) {
    const auto first = first_character(text);
    if (first.size == 0 || first.point < 0x20 ||
        (0x7f <= first.point && first.point < 0xa0))
      return false;
    text.remove_prefix(first.size);
  }
  return 1 <= characters && characters <= user_id::max_characters;
}

void check_user(std::string_view text) {
  const auto user = user_id::parse(text);
  require(user.has_value() == is_user(text),
          "a user is 1 to 100 characters of UTF-8 without controls");
  if (user)
    require_equal(user->text(), text, "a user is kept as it was written");
}

void check_time(std::string_view text) {
  if (const auto time = parse_timestamp(text))
    require_equal(to_string(*time), text, "a time has one text");
}

void check_moment(std::int64_t microseconds) {
  using namespace std::chrono;
  // The years that four digits can say.
  constexpr timestamp first = sys_days(year(0) / January / 1);
  constexpr timestamp end = sys_days(year(10'000) / January / 1);
  constexpr auto span = (end - first).count();
  const auto moment =
      first + std::chrono::microseconds((microseconds % span + span) % span);
  require(parse_timestamp(to_string(moment)) == moment,
          "every moment survives its text");
}

void check_names(std::string_view text) {
  if (const auto found = currency::parse(text))
    require_equal(found->code(), text, "a currency is its code");
  if (const auto type = event_type_from_name(text))
    require_equal(name_of(*type), text, "a type has one name");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  check_uuid(text);
  check_user(text);
  check_time(text);
  check_names(text);
  fuzzing::choices chosen(data, size);
  const auto random = chosen.ConsumeIntegral<std::uint64_t>();
  check_place(random);
  check_moment(static_cast<std::int64_t>(random));
  return 0;
}
