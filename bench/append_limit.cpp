#include "bench/append_limit.hpp"

#include "bench/random.hpp"
#include "storage/event_row.hpp"

namespace wallet::bench {

namespace {

constexpr std::size_t wallet_count = 1'000;

const storage::statement append{"append",
                                "insert into append_limit.events "
                                "select * from unnest($1::ledger.event_row[])"};

wallet_id numbered_wallet(std::uint64_t number) {
  std::array<std::uint8_t, 16> entropy{};
  random_numbers numbers(1, number);
  for (auto &byte : entropy)
    byte = static_cast<std::uint8_t>(numbers.next());
  return make_wallet_id(timestamp(), entropy);
}

} // namespace

append_limit::append_limit(const std::string &database_url)
    : connection_({.url = database_url, .purpose = "append limit"}) {
  connection_.script("set client_min_messages = warning;"
                     "drop schema if exists append_limit cascade;"
                     "create schema append_limit;"
                     "create table append_limit.events"
                     " (like ledger.events including all)");
  for (std::size_t i = 0; i < wallet_count; ++i)
    wallets_.push_back(numbered_wallet(i));
  versions_.resize(wallet_count);
}

append_limit::~append_limit() {
  try {
    connection_.script("drop schema append_limit cascade");
  } catch (const std::exception &) {
    // The next run drops it.
  }
}

event append_limit::next_event(wallet_id wallet, std::size_t number) {
  event fact;
  fact.wallet = wallet;
  fact.shard = shard_of(wallet);
  fact.position = log_position{++heads_[fact.shard.value()]};
  fact.version = stream_version{++versions_[number]};
  fact.amount = money::from_units(100);
  fact.balance = money::from_units(1'000'000);
  fact.recorded_at = timestamp();
  return fact;
}

/// Transfers between any two wallets, both legs.
std::vector<recorded_event> append_limit::next_batch(std::size_t size) {
  std::vector<recorded_event> batch;
  batch.reserve(size);
  while (batch.size() + 2 <= size) {
    random_numbers numbers(2, transfers_++);
    const auto from = numbers.below(wallet_count);
    const auto to = (from + 1 + numbers.below(wallet_count - 1)) % wallet_count;
    recorded_event debit, credit;
    debit.fact = next_event(wallets_[from], from);
    debit.fact.type = event_type::transfer_out;
    debit.fact.counterparty = wallets_[to];
    debit.fact.transaction =
        make_transaction_id(debit.fact.shard, debit.fact.position);
    credit.fact = next_event(wallets_[to], to);
    credit.fact.type = event_type::transfer_in;
    credit.fact.counterparty = wallets_[from];
    credit.fact.counterparty_position = debit.fact.position;
    credit.fact.transaction = debit.fact.transaction;
    debit.fact.counterparty_position = credit.fact.position;
    batch.push_back(std::move(debit));
    batch.push_back(std::move(credit));
  }
  return batch;
}

double append_limit::measure(std::size_t batch, std::chrono::seconds duration) {
  using clock = std::chrono::steady_clock;
  const auto type = connection_.oid_of("ledger.event_row");
  const auto end = clock::now() + duration;
  std::size_t events = 0;
  std::chrono::duration<double> busy{};
  while (clock::now() < end) {
    const auto made = next_batch(batch);
    storage::parameters given;
    given.encoded(storage::encode_events(type, made));
    const auto begun = clock::now();
    connection_.run(append, given);
    busy += clock::now() - begun;
    events += made.size();
  }
  return static_cast<double>(events) / busy.count();
}

} // namespace wallet::bench
