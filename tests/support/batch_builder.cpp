#include "tests/support/batch_builder.hpp"

#include <atomic>
#include <random>
#include <stdexcept>
#include <utility>

namespace wallet::testing {

namespace {

std::uint32_t next_number() {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

batch_id new_batch_id() {
  static std::mt19937_64 random{std::random_device{}()};
  uuid id{};
  for (auto &byte : id)
    byte = static_cast<std::uint8_t>(random());
  return batch_id(id);
}

} // namespace

money amount(const std::string &text) {
  const auto parsed = money::parse(text);
  if (!parsed)
    throw std::logic_error("a test's amount is none: " + text);
  return *parsed;
}

wallet_id id_in_shard(std::size_t shard, std::uint32_t number) {
  std::array<std::uint8_t, 16> entropy{};
  for (std::size_t i = 0; i < sizeof number; ++i)
    entropy.at(14 - i) = static_cast<std::uint8_t>(number >> (8 * i));
  entropy.at(15) = static_cast<std::uint8_t>(shard);
  return make_wallet_id(timestamp(std::chrono::hours(500'000)), entropy);
}

request_key key_named(const std::string &name) {
  return make_request_key(wallet_id(), "test", name);
}

batch_builder::batch_builder(const storage::shard_heads &heads)
    : heads_(heads), now_(std::chrono::floor<std::chrono::microseconds>(
                         std::chrono::system_clock::now())) {}

storage::shard_advance &batch_builder::advance_of(shard_number shard) {
  const auto &head = heads_.at(shard.value());
  return advances_
      .try_emplace(shard, storage::shard_advance{.shard = shard,
                                                 .from = head.position,
                                                 .to = head.position,
                                                 .epoch = head.epoch,
                                                 .recorded_at = now_})
      .first->second;
}

event &batch_builder::add(const wallet_id &id, event_type type,
                          money how_much) {
  auto &state = wallets_.at(id);
  const auto after = evolve(state.head, type, how_much);
  if (!after)
    throw std::logic_error("a test asks for an event that cannot follow");
  state.head = *after;
  auto &advance = advance_of(shard_of(id));
  advance.to = next(advance.to);
  events_.push_back(
      {.fact = {.shard = advance.shard,
                .position = advance.to,
                .wallet = id,
                .version = after->version,
                .type = type,
                .amount = how_much,
                .balance = after->balance,
                .held = after->held,
                .transaction = make_transaction_id(advance.shard, advance.to),
                .recorded_at = now_},
       .owner = state.profile});
  return events_.back().fact;
}

wallet_id batch_builder::create(const std::string &user,
                                std::optional<request_key> key,
                                std::optional<std::size_t> shard) {
  const auto number = next_number();
  const auto id = id_in_shard(shard.value_or(number), number);
  const wallet_profile profile{
      .id = id, .user = user_id::trusted(user), .created_at = now_};
  wallets_[id].profile = std::make_shared<wallet_profile>(profile);
  add(id, event_type::wallet_created, money()).key = key;
  return id;
}

void batch_builder::fund(const wallet_id &id, const std::string &how_much,
                         std::optional<request_key> key) {
  add(id, event_type::wallet_funded, amount(how_much)).key = key;
}

void batch_builder::transfer(const wallet_id &from, const wallet_id &to,
                             const std::string &how_much,
                             std::optional<request_key> key) {
  add(from, event_type::transfer_out, amount(how_much)).key = key;
  add(to, event_type::transfer_in, amount(how_much));
  auto &out = events_.at(events_.size() - 2);
  auto &in = events_.back();
  in.fact.transaction = out.fact.transaction;
  out.fact.counterparty = to;
  in.fact.counterparty = from;
  out.fact.counterparty_position = in.fact.position;
  in.fact.counterparty_position = out.fact.position;
  out.counterparty = in.owner;
  in.counterparty = out.owner;
}

storage::batch batch_builder::take() {
  storage::batch made{.id = new_batch_id()};
  for (const auto &[shard, advance] : advances_) {
    made.advances.push_back(advance);
    heads_.at(shard.value()).position = advance.to;
  }
  made.events = std::exchange(events_, {});
  advances_.clear();
  now_ += std::chrono::milliseconds(1);
  return made;
}

void batch_builder::raise(
    const std::vector<std::pair<shard_number, epoch>> &epochs) {
  for (const auto &[shard, raised] : epochs)
    heads_.at(shard.value()).epoch = raised;
}

} // namespace wallet::testing
