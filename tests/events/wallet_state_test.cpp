#include <catch2/catch.hpp>

#include "events/wallet_state.hpp"

using namespace wallet;

namespace {

const wallet_id self(*parse_uuid("0190a8a2-5a00-7000-8000-00000000000a"));
const wallet_id other(*parse_uuid("0190a8a2-5a00-7000-8000-00000000000b"));
const auto euro = *currency::parse("EUR");

money amount(const std::string &text) { return *money::parse(text); }
const money ceiling = money::max();
const money below_ceiling = *ceiling.minus(money::from_units(1));

wallet_head head_of(money balance, money held = {}) {
  return {stream_version{7}, balance, held};
}

wallet_state wallet_with(money balance, money held = {}) {
  return {.profile = std::make_shared<wallet_profile>(
              wallet_profile{.id = self,
                             .user = *user_id::parse("alice"),
                             .money_currency = euro}),
          .head = head_of(balance, held)};
}

/// A wallet with a balance, nothing held and nothing promised.
const wallet_state rich = wallet_with(amount("100"));

struct judged_command {
  std::string why_listed;
  std::optional<wallet_state> state;
  reservations promised;
  command_body body;
  /// Nothing: admitted.
  std::optional<rejection_code> expected;
};

using code = rejection_code;

const std::vector<judged_command> judged{
    {"a new wallet", {}, {}, create_wallet{}, {}},
    {"a wallet once more", rich, {}, create_wallet{}, code::wallet_exists},

    {"a deposit", rich, {}, fund{amount("0.0001")}, {}},
    {"a deposit of zero", rich, {}, fund{}, code::invalid_amount},
    {"a deposit into nothing",
     {},
     {},
     fund{amount("1")},
     code::wallet_not_found},
    {"zero into nothing", {}, {}, fund{}, code::invalid_amount},
    {"up to the ceiling",
     wallet_with(below_ceiling),
     {},
     fund{money::from_units(1)},
     {}},
    {"above the ceiling",
     wallet_with(ceiling),
     {},
     fund{money::from_units(1)},
     code::balance_limit_exceeded},
    {"above it with what is promised",
     wallet_with(amount("1")),
     {.credits = *below_ceiling.minus(amount("1"))},
     fund{amount("0.0002")},
     code::balance_limit_exceeded},
    {"a promised debit makes no room",
     wallet_with(ceiling),
     {.debits = ceiling},
     fund{money::from_units(1)},
     code::balance_limit_exceeded},

    {"a transfer", rich, {}, transfer{other, amount("30")}, {}},
    {"a transfer of all", rich, {}, transfer{other, amount("100")}, {}},
    {"a transfer of zero", rich, {}, transfer{other, {}}, code::invalid_amount},
    {"a transfer to oneself",
     rich,
     {},
     transfer{self, amount("1")},
     code::same_wallet},
    {"a transfer from nothing",
     {},
     {},
     transfer{other, amount("1")},
     code::wallet_not_found},
    {"an overdraft",
     rich,
     {},
     transfer{other, amount("100.0001")},
     code::insufficient_balance},
    {"of what is held",
     wallet_with(amount("100"), amount("80")),
     {},
     transfer{other, amount("20.0001")},
     code::insufficient_balance},
    {"of what is not held",
     wallet_with(amount("100"), amount("80")),
     {},
     transfer{other, amount("20")},
     {}},
    {"of what is promised",
     rich,
     {.debits = amount("80")},
     transfer{other, amount("20.0001")},
     code::insufficient_balance},
    {"of what is not promised",
     rich,
     {.debits = amount("80")},
     transfer{other, amount("20")},
     {}},
    {"of credits that are not committed",
     rich,
     {.credits = amount("1000")},
     transfer{other, amount("100.0001")},
     code::insufficient_balance},

    // Several reasons at once: the first in the order of rejection_code.
    {"zero to oneself from nothing",
     {},
     {},
     transfer{self, {}},
     code::invalid_amount},
    {"to oneself from nothing",
     {},
     {},
     transfer{self, amount("1")},
     code::same_wallet},
    {"an overdraft to oneself",
     rich,
     {},
     transfer{self, amount("1000")},
     code::same_wallet},
};

} // namespace

TEST_CASE("a command is admitted or refused for the first of its reasons") {
  for (const auto &[why_listed, state, promised, body, expected] : judged) {
    CAPTURE(why_listed);
    const auto verdict =
        decide(state ? &*state : nullptr, promised, {self, {}, body});
    REQUIRE(verdict.has_value() == !expected.has_value());
    if (!expected)
      continue;
    CHECK(verdict.error().code == *expected);
    CHECK(verdict.error().wallet == self);
  }
}

TEST_CASE("what is admitted becomes one leg of the transaction") {
  const auto created = decide(nullptr, {}, {self, {}, create_wallet{}});
  REQUIRE(created.has_value());
  CHECK(created->type == event_type::wallet_created);
  CHECK(created->amount == money());
  CHECK_FALSE(created->counterparty.has_value());

  const auto funded = decide(&rich, {}, {self, {}, fund{amount("5")}});
  REQUIRE(funded.has_value());
  CHECK(funded->type == event_type::wallet_funded);
  CHECK(funded->amount == amount("5"));
  CHECK_FALSE(funded->counterparty.has_value());

  const auto sent = decide(&rich, {}, {self, {}, transfer{other, amount("5")}});
  REQUIRE(sent.has_value());
  CHECK(sent->type == event_type::transfer_out);
  CHECK(sent->amount == amount("5"));
  CHECK(sent->counterparty == other);
}

TEST_CASE("an overdraft is told what it needs and what there is") {
  const auto state = wallet_with(amount("100"), amount("10"));
  const auto verdict = decide(&state, {.debits = amount("20")},
                              {self, {}, transfer{other, amount("500")}});
  REQUIRE(verdict.has_error());
  CHECK(verdict.error().required == amount("500"));
  CHECK(verdict.error().available == amount("70"));
}

TEST_CASE("what may be spent is the balance less holds and promises") {
  CHECK(available(head_of(amount("100")), {}) == amount("100"));
  CHECK(available(head_of(amount("100"), amount("30")),
                  {.debits = amount("20"), .credits = amount("1000")}) ==
        amount("50"));
  CHECK(available(head_of(amount("100"), amount("100")), {}) == money());
  CHECK(available(head_of(amount("1")), {.debits = amount("1")}) == money());
}

namespace {

struct judged_credit {
  std::string why_listed;
  std::optional<wallet_state> state;
  reservations promised;
  money credit;
  currency of;
  std::optional<rejection_code> expected;
};

const std::vector<judged_credit> credits{
    {"a credit", rich, {}, amount("30"), euro, {}},
    {"to nobody", {}, {}, amount("30"), euro, code::receiver_not_found},
    {"of other money",
     rich,
     {},
     amount("30"),
     currency(),
     code::currency_mismatch},
    {"up to the ceiling",
     wallet_with(below_ceiling),
     {},
     money::from_units(1),
     euro,
     {}},
    {"above the ceiling",
     wallet_with(ceiling),
     {},
     money::from_units(1),
     euro,
     code::balance_limit_exceeded},
    {"above it with what is promised",
     rich,
     {.credits = *ceiling.minus(amount("100"))},
     money::from_units(1),
     euro,
     code::balance_limit_exceeded},
    {"of other money above the ceiling",
     wallet_with(ceiling),
     {},
     amount("1"),
     currency(),
     code::currency_mismatch},
};

} // namespace

TEST_CASE("the receiver of a transfer has its own reasons, in their order") {
  for (const auto &[why_listed, state, promised, credit, of, expected] :
       credits) {
    CAPTURE(why_listed);
    const auto verdict = accept_credit(state ? &*state : nullptr, promised,
                                       self, other, credit, of);
    REQUIRE(verdict.has_value() == !expected.has_value());
    if (expected) {
      CHECK(verdict.error().code == *expected);
      CHECK(verdict.error().wallet == self);
      continue;
    }
    CHECK(verdict->type == event_type::transfer_in);
    CHECK(verdict->amount == credit);
    CHECK(verdict->counterparty == other);
  }
}

TEST_CASE("an event moves the balance and the version, and leaves the holds") {
  const auto before = head_of(amount("100"), amount("30"));
  const std::vector<std::tuple<event_type, std::string, std::string>> table{
      {event_type::wallet_funded, "5", "105"},
      {event_type::transfer_in, "5", "105"},
      {event_type::transfer_out, "5", "95"},
      {event_type::transfer_out, "70", "30"},
  };
  for (const auto &[type, moved, balance] : table) {
    CAPTURE(name_of(type), moved);
    const auto after = evolve(before, type, amount(moved));
    REQUIRE(after.has_value());
    CHECK(*after ==
          wallet_head{stream_version{8}, amount(balance), amount("30")});
  }
  CHECK(evolve({}, event_type::wallet_created, {}) ==
        wallet_head{stream_version{1}, {}, {}});
}

TEST_CASE("an event that cannot follow is refused") {
  const std::vector<std::tuple<std::string, wallet_head, event_type, money>>
      table{
          {"a second creation", head_of({}), event_type::wallet_created, {}},
          {"a deposit before the creation",
           {},
           event_type::wallet_funded,
           amount("1")},
          {"a credit before the creation",
           {},
           event_type::transfer_in,
           amount("1")},
          {"a debit before the creation", {}, event_type::transfer_out, {}},
          {"an overdraft", head_of(amount("1")), event_type::transfer_out,
           amount("1.0001")},
          {"a debit of what is held", head_of(amount("10"), amount("9")),
           event_type::transfer_out, amount("1.0001")},
          {"a deposit above the ceiling", head_of(ceiling),
           event_type::wallet_funded, money::from_units(1)},
          {"a credit above the ceiling", head_of(ceiling),
           event_type::transfer_in, money::from_units(1)},
          {"what is no event", head_of(amount("1")), event_type{99}, {}},
      };
  for (const auto &[why_listed, head, type, moved] : table) {
    CAPTURE(why_listed);
    CHECK_FALSE(evolve(head, type, moved).has_value());
  }
}

TEST_CASE("a repeated request is compared with what the first one caused") {
  const wallet_profile owner{
      .id = self, .user = *user_id::parse("alice"), .money_currency = euro};
  const auto caused = [&](event_type type, std::optional<wallet_id> by = {}) {
    return command_of({.wallet = self,
                       .type = type,
                       .amount = amount("5"),
                       .counterparty = by},
                      owner);
  };
  CHECK(caused(event_type::wallet_created) ==
        command_body(create_wallet{owner.user, euro}));
  CHECK(caused(event_type::wallet_funded) == command_body(fund{amount("5")}));
  CHECK(caused(event_type::transfer_out, other) ==
        command_body(transfer{other, amount("5")}));
  // Never first legs: a credit, and a debit without a receiver.
  CHECK_FALSE(caused(event_type::transfer_in, other).has_value());
  CHECK_FALSE(caused(event_type::transfer_out).has_value());
}

TEST_CASE("the names of operations are part of every key for ever") {
  CHECK(operation_of(create_wallet{}) == "create");
  CHECK(operation_of(fund{}) == "fund");
  CHECK(operation_of(transfer{}) == "transfer");
}
