#include "events/timestamp.hpp"

#include <array>
#include <charconv>

namespace wallet {

namespace {

// Positions in "2026-01-02T03:04:05.000006Z".
constexpr std::size_t text_length = 27;

void put_number(char *at, int width, std::int64_t value) {
  for (int i = width; i-- > 0; value /= 10)
    at[i] = static_cast<char>('0' + value % 10);
}

std::optional<int> take_number(std::string_view text, std::size_t at,
                               std::size_t width) {
  int value = 0;
  for (char c : text.substr(at, width)) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

} // namespace

std::string to_string(timestamp time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::string text = "0000-00-00T00:00:00.000000Z";
  put_number(&text[0], 4, static_cast<int>(date.year()));
  put_number(&text[5], 2, static_cast<unsigned>(date.month()));
  put_number(&text[8], 2, static_cast<unsigned>(date.day()));
  put_number(&text[11], 2, clock.hours().count());
  put_number(&text[14], 2, clock.minutes().count());
  put_number(&text[17], 2, clock.seconds().count());
  put_number(&text[20], 6, clock.subseconds().count());
  return text;
}

std::optional<timestamp> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != text_length || text[4] != '-' || text[7] != '-' ||
      text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != '.' || text[26] != 'Z')
    return std::nullopt;
  const auto y = take_number(text, 0, 4), mo = take_number(text, 5, 2),
             d = take_number(text, 8, 2), h = take_number(text, 11, 2),
             mi = take_number(text, 14, 2), s = take_number(text, 17, 2),
             us = take_number(text, 20, 6);
  if (!y || !mo || !d || !h || !mi || !s || !us)
    return std::nullopt;
  const year_month_day date{year{*y}, month(*mo), day(*d)};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 59)
    return std::nullopt;
  return sys_days{date} + hours{*h} + minutes{*mi} + seconds{*s} +
         microseconds{*us};
}

} // namespace wallet
