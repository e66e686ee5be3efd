#include "events/codec.hpp"
#include "tests/fuzz/event_maker.hpp"
#include "tests/fuzz/json_oracle.hpp"

// The input is a record's body in Kafka, or choices for an event; the last
// byte says which.

using namespace wallet;
using fuzzing::require;

namespace {

/// The names and types that consumers of the former service rely on.
void check_contract(const recorded_event &one, const std::string &body) {
  const auto read = fuzzing::read_json(body);
  require(read.is_json, "a published body is JSON");
  const auto is_text = [&](std::string_view name, std::string_view wanted) {
    const auto *found = fuzzing::text_at(read.value, name);
    return found && std::string_view(found->data(), found->size()) == wanted;
  };
  require(is_text("eventType", kafka_type_of(one.fact.type)), "eventType");
  require(is_text("wallet_id", one.fact.wallet.to_string()), "wallet_id");
  require(is_text("user_id", one.owner->user.text()), "user_id");
  require(is_text("timestamp", to_string(one.fact.recorded_at)), "timestamp");
  require(is_text("balance", one.fact.balance.to_string()), "balance");
  if (one.fact.type != event_type::wallet_created)
    require(is_text("amount", one.fact.amount.to_string()), "amount");
  if (one.counterparty) {
    require(is_text("reference_id", one.fact.transaction.to_string()),
            "reference_id");
    const bool is_sent = one.fact.type == event_type::transfer_out;
    require(is_text(is_sent ? "to_user_id" : "from_user_id",
                    one.counterparty->user.text()),
            "the other side's user");
  }
}

void check_bytes(std::string_view body) {
  const auto found = decode(body);
  if (!found) {
    require(!found.error().empty(), "a refusal says why");
    return;
  }
  require(fuzzing::read_json(body).is_json ||
              fuzzing::read_json(body).is_tolerable,
          "what is taken is JSON");
  fuzzing::require_sound(*found);
  const auto written = encode(*found);
  const auto again = decode(written);
  require(again && fuzzing::is_same_published(*found, *again),
          "what was taken can be published and taken again");
  fuzzing::require_equal(encode(*again), written, "a body is written one way");
}

void check_event(const recorded_event &one) {
  const auto body = encode(one);
  const auto read = decode(body);
  require(read && fuzzing::is_same_published(*read, one),
          "an event survives the way through Kafka");
  check_contract(one, body);
}

/// A body with bytes of the input somewhere inside.
void check_damaged(const recorded_event &one, fuzzing::choices &from) {
  auto body = encode(one);
  const auto at = from.ConsumeIntegralInRange<std::size_t>(0, body.size());
  const auto cut = from.ConsumeIntegralInRange<std::size_t>(0, 40);
  check_bytes(body.replace(at, cut, from.ConsumeRemainingBytesAsString()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  fuzzing::choices from(data, size);
  if (from.ConsumeBool()) {
    const auto one = fuzzing::make_event(from);
    fuzzing::require_sound(one);
    check_event(one);
    check_damaged(one, from);
  } else {
    check_bytes(from.ConsumeRemainingBytesAsString());
  }
  return 0;
}
