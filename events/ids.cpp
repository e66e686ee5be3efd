#include "events/ids.hpp"

#include <algorithm>

#include <boost/locale/utf.hpp>
#include <boost/uuid/name_generator_sha1.hpp>

namespace wallet {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

/// Dashes of the 8-4-4-4-12 form.
constexpr bool is_dash_position(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

/// Of each byte as a digit, -1 for the others. A table: six ids are read of
/// each Kafka body.
constexpr std::array<std::int8_t, 256> hex_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::int8_t value = 0; value < 16; ++value) {
    const auto digit = static_cast<unsigned char>(hex_digits[value]);
    values[digit] = value;
    if (value >= 10)
      values[digit - 'a' + 'A'] = value;
  }
  return values;
}();

void set_version(uuid &id, unsigned version) {
  id.data[6] = static_cast<std::uint8_t>((id.data[6] & 0x0f) | version << 4);
  id.data[8] = static_cast<std::uint8_t>((id.data[8] & 0x3f) | 0x80);
}

// The name spaces of our UUIDv5 ids: random once, fixed for ever.
constexpr uuid wallet_name_space{0x6d, 0x1b, 0x5c, 0x0e, 0x3f, 0x52,
                                 0x4c, 0x8a, 0x9d, 0x25, 0x70, 0xe4,
                                 0x1a, 0xb9, 0x83, 0x57};
constexpr uuid request_name_space{0xb2, 0x90, 0x4e, 0x73, 0x08, 0xd6,
                                  0x4f, 0x1d, 0xa7, 0xc1, 0x5e, 0x29,
                                  0x64, 0x0b, 0xf8, 0x3c};

uuid name_based(const uuid &name_space, std::string_view name) {
  return boost::uuids::name_generator_sha1(name_space)(name.data(),
                                                       name.size());
}

/// C0 and C1 control characters and DEL (Unicode category Cc).
bool is_control(boost::locale::utf::code_point point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

uuid place_to_uuid(shard_number shard, log_position position) {
  uuid id{};
  id.data[1] = shard.value();
  auto rest = static_cast<std::uint64_t>(raw(position));
  for (int i = 15; i >= 8; --i, rest >>= 8)
    id.data[i] = static_cast<std::uint8_t>(rest);
  // The variant bits take the top of what is left of the position: 2^60
  // events a shard is 36 years at a thousand million a second.
  id.data[8] &= 0x0f;
  set_version(id, 8);
  return id;
}

} // namespace

std::optional<uuid> parse_uuid(std::string_view text) {
  constexpr std::size_t length = 36;
  if (text.size() != length)
    return std::nullopt;
  uuid id{};
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-')
        return std::nullopt;
      continue;
    }
    const int value = hex_values[static_cast<unsigned char>(text[i])];
    if (value < 0)
      return std::nullopt;
    id.data[nibble / 2] =
        static_cast<std::uint8_t>(id.data[nibble / 2] << 4 | value);
    ++nibble;
  }
  return id;
}

std::string to_string(const uuid &id) {
  std::string text(36, '-');
  std::size_t at = 0;
  for (const auto byte : id) {
    if (is_dash_position(at))
      ++at;
    text[at++] = hex_digits[byte >> 4];
    text[at++] = hex_digits[byte & 0x0f];
  }
  return text;
}

shard_number shard_of(const wallet_id &id) {
  return shard_number(id.value().data[15] & 0x3f);
}

wallet_id make_wallet_id(timestamp now,
                         const std::array<std::uint8_t, 16> &entropy) {
  uuid id{};
  std::copy(entropy.begin(), entropy.end(), id.begin());
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                now.time_since_epoch())
                .count();
  for (int i = 5; i >= 0; --i, ms >>= 8)
    id.data[i] = static_cast<std::uint8_t>(ms);
  set_version(id, 7);
  return wallet_id(id);
}

wallet_id wallet_id_from_key(std::string_view idempotency_key) {
  return wallet_id(name_based(wallet_name_space, idempotency_key));
}

request_key make_request_key(const wallet_id &wallet,
                             std::string_view operation,
                             std::string_view idempotency_key) {
  std::string name(wallet.value().begin(), wallet.value().end());
  name.append(operation).push_back('\0');
  name.append(idempotency_key);
  return request_key(name_based(request_name_space, name));
}

event_id make_event_id(shard_number shard, log_position position) {
  return event_id(place_to_uuid(shard, position));
}

transaction_id make_transaction_id(shard_number shard, log_position position) {
  return transaction_id(place_to_uuid(shard, position));
}

std::optional<event_place> place_of(const uuid &id) {
  std::uint64_t position = id.data[8] & 0x0f;
  for (int i = 9; i < 16; ++i)
    position = position << 8 | id.data[i];
  const event_place place{shard_number(id.data[1]),
                          log_position(static_cast<std::int64_t>(position))};
  if (place_to_uuid(place.shard, place.position) != id)
    return std::nullopt;
  return place;
}

std::optional<user_id> user_id::parse(std::string_view text) {
  namespace utf = boost::locale::utf;
  std::size_t characters = 0;
  for (auto at = text.begin(); at != text.end(); ++characters) {
    const auto point = utf::utf_traits<char>::decode(at, text.end());
    if (point == utf::illegal || point == utf::incomplete || is_control(point))
      return std::nullopt;
  }
  if (characters == 0 || characters > max_characters)
    return std::nullopt;
  return user_id(std::string(text));
}

std::optional<currency> currency::parse(std::string_view text) {
  // ISO 4217 list one, 2024: the codes of money that people hold.
  static constexpr std::string_view active =
      "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND "
      "BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF "
      "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
      "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW "
      "KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR "
      "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
      "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
      "SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED "
      "VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG ";
  constexpr std::size_t step = 4;
  if (text.size() != step - 1)
    return std::nullopt;
  for (std::size_t at = 0; at < active.size(); at += step)
    if (active.substr(at, step - 1) == text) {
      currency found;
      std::copy(text.begin(), text.end(), found.code_.begin());
      return found;
    }
  return std::nullopt;
}

} // namespace wallet
