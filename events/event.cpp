#include "events/event.hpp"

#include <array>

namespace wallet {

namespace {

struct named_type {
  event_type type;
  std::string_view name;
};

constexpr std::array named_types{
    named_type{event_type::wallet_created, "WALLET_CREATED"},
    named_type{event_type::wallet_funded, "WALLET_FUNDED"},
    named_type{event_type::transfer_out, "TRANSFER_OUT"},
    named_type{event_type::transfer_in, "TRANSFER_IN"},
};

} // namespace

std::string_view name_of(event_type type) {
  for (const auto &entry : named_types)
    if (entry.type == type)
      return entry.name;
  return "";
}

std::optional<event_type> event_type_from_name(std::string_view name) {
  for (const auto &entry : named_types)
    if (entry.name == name)
      return entry.type;
  return std::nullopt;
}

std::optional<event_type> event_type_from_number(std::int16_t number) {
  for (const auto &entry : named_types)
    if (static_cast<std::int16_t>(entry.type) == number)
      return entry.type;
  return std::nullopt;
}

} // namespace wallet
