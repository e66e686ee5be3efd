#include "tests/simulation/sim_store.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "events/known_bugs.hpp"
#include "tests/simulation/violation.hpp"

namespace wallet::simulation {

storage::append_outcome sim_store::append(const storage::batch &written) {
  auto known = find_duplicates(written);
  if (!known.found.empty()) {
    if (has_bug(known_bug::on_conflict_do_nothing))
      return storage::committed{};
    return known;
  }
  if (auto hit = fence(written))
    return *hit;
  check_transactions(written);
  for (const auto &one : written.events)
    insert(one);
  for (const auto &advance : written.advances) {
    auto &row = shards_[advance.shard.value()];
    row.position = advance.to;
    row.last_batch = written.id;
    row.last_recorded_at = advance.recorded_at;
    if (raw(advance.to) !=
        static_cast<std::int64_t>(logs_[advance.shard.value()].size()))
      throw violation("I7: a head differs from its log");
  }
  return storage::committed{};
}

std::optional<storage::fenced>
sim_store::fence(const storage::batch &written) const {
  for (const auto &advance : written.advances) {
    const auto &row = shards_[advance.shard.value()];
    if (row.epoch != advance.epoch && !has_bug(known_bug::epoch_unchecked) &&
        !has_bug(known_bug::fences_unchecked))
      return storage::fenced{"epoch"};
    if (row.position != advance.from && !has_bug(known_bug::head_unchecked) &&
        !has_bug(known_bug::fences_unchecked))
      return storage::fenced{"position"};
    // The unique keys stand behind both.
    if (advance.from < row.position)
      return storage::fenced{"primary key"};
  }
  return std::nullopt;
}

storage::duplicates
sim_store::find_duplicates(const storage::batch &written) const {
  storage::duplicates known;
  for (const auto &one : written.events)
    if (one.fact.key)
      if (auto found = find(one.fact.wallet, *one.fact.key))
        known.found.push_back(*found);
  return known;
}

void sim_store::insert(const recorded_event &one) {
  const auto &fact = one.fact;
  auto &log = logs_[fact.shard.value()];
  must(shard_of(fact.wallet) == fact.shard, "event in the wrong shard", fact);
  must(raw(fact.position) == static_cast<std::int64_t>(log.size()) + 1,
       "I7: a hole or a double in the log", fact);
  auto &rows = wallets_[fact.wallet];
  must(raw(fact.version) == static_cast<std::int64_t>(rows.events.size()) + 1,
       "I7: a hole or a double in a wallet's versions", fact);
  wallet_head before;
  if (!rows.events.empty()) {
    const auto &last = log[rows.events.back()].fact;
    before = {last.version, last.balance, last.held};
  }
  const auto after = evolve(before, fact.type, fact.amount);
  must(after.has_value(), "I5: the event cannot follow its wallet", fact);
  must(after->balance == fact.balance && after->held == fact.held,
       "I5: the stored balance is not the recomputed one", fact);
  must(log.empty() || log.back().fact.recorded_at <= fact.recorded_at,
       "recorded_at goes back within a shard", fact);
  if (fact.type == event_type::wallet_created) {
    rows.profile = one.owner;
    creation_order_.push_back(fact.wallet);
  }
  if (fact.key)
    must(keys_.try_emplace(*fact.key, event_place{fact.shard, fact.position})
             .second,
         "I1: a request key twice", fact);
  rows.events.push_back(log.size());
  log.push_back(one);
  ++event_count_;
}

void sim_store::check_transactions(const storage::batch &written) const {
  std::map<transaction_id, std::vector<const event *>> legs;
  for (const auto &one : written.events)
    legs[one.fact.transaction].push_back(&one.fact);
  for (const auto &[id, facts] : legs) {
    const auto &first = *facts.front();
    if (first.type != event_type::transfer_out) {
      must(facts.size() == 1, "I6: a stray leg", first);
      continue;
    }
    must(facts.size() == 2 && facts[1]->type == event_type::transfer_in &&
             facts[1]->amount == first.amount &&
             first.counterparty == facts[1]->wallet &&
             facts[1]->counterparty == first.wallet &&
             first.counterparty_position == facts[1]->position &&
             facts[1]->counterparty_position == first.position &&
             id == make_transaction_id(first.shard, first.position),
         "I6: the legs of a transfer do not fit", first);
  }
}

std::optional<storage::resolved>
sim_store::resolve(const storage::batch &written, const std::string &node) {
  if (owner_ != node)
    return std::nullopt;
  storage::resolved found;
  found.is_committed = true;
  for (const auto &advance : written.advances) {
    auto &row = shards_[advance.shard.value()];
    if (row.last_batch != written.id)
      found.is_committed = false;
    if (!has_bug(known_bug::resolve_keeps_epoch))
      row.epoch = wallet::epoch{raw(row.epoch) + 1};
    found.epochs.emplace_back(advance.shard, row.epoch);
  }
  return found;
}

std::int64_t sim_store::sum_of_epochs() const {
  return std::transform_reduce(
      shards_.begin(), shards_.end(), std::int64_t{0}, std::plus<>(),
      [](const shard_row &row) { return raw(row.epoch); });
}

storage::ownership sim_store::take(const std::string &node, timestamp now,
                                   std::int64_t seen) {
  if ((owner_ != node && now < lease_until_) || sum_of_epochs() != seen)
    return storage::standby{owner_};
  return storage::owned{seize(node, now)};
}

storage::shard_heads sim_store::seize(const std::string &node, timestamp now) {
  if (owner_ != node)
    ++tenures_;
  owner_ = node;
  lease_until_ = now + lease_;
  storage::shard_heads heads;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    auto &row = shards_[i];
    row.epoch = wallet::epoch{raw(row.epoch) + 1};
    heads[i] = {row.position, row.epoch, row.last_recorded_at};
  }
  return heads;
}

bool sim_store::renew(const std::string &node, timestamp now) {
  if (owner_ != node)
    return false;
  lease_until_ = now + lease_;
  return true;
}

void sim_store::release(const std::string &node) {
  if (owner_ == node)
    lease_until_ = {};
}

std::vector<storage::loaded_wallet>
sim_store::load(const std::vector<wallet_id> &wallets) const {
  std::vector<storage::loaded_wallet> found;
  for (const auto &id : wallets) {
    found.push_back({id, std::nullopt});
    const auto rows = wallets_.find(id);
    if (rows == wallets_.end())
      continue;
    const auto &last =
        logs_[shard_of(id).value()][rows->second.events.back()].fact;
    found.back().state =
        wallet_state{.profile = rows->second.profile,
                     .head = {last.version, last.balance, last.held},
                     .updated_at = last.recorded_at};
  }
  return found;
}

std::optional<storage::stored_transaction>
sim_store::find(const wallet_id &, const request_key &key) const {
  const auto place = keys_.find(key);
  if (place == keys_.end())
    return std::nullopt;
  storage::stored_transaction found;
  found.first = *at(place->second.shard, place->second.position);
  if (found.first.counterparty)
    found.second = *at(shard_of(*found.first.counterparty),
                       *found.first.counterparty_position);
  return found;
}

std::vector<wallet_id> sim_store::wallets_of(const user_id &user,
                                             std::size_t limit) const {
  std::vector<wallet_id> ids;
  for (auto at = creation_order_.rbegin();
       at != creation_order_.rend() && ids.size() < limit; ++at)
    if (wallets_.at(*at).profile->user == user)
      ids.push_back(*at);
  return ids;
}

std::vector<recorded_event> sim_store::read_log(shard_number shard,
                                                log_position after,
                                                std::size_t limit) const {
  const auto &log = logs_[shard.value()];
  const auto from = static_cast<std::size_t>(raw(after));
  if (from >= log.size())
    return {};
  const auto to = std::min(log.size(), from + limit);
  return {log.begin() + static_cast<std::ptrdiff_t>(from),
          log.begin() + static_cast<std::ptrdiff_t>(to)};
}

storage::shard_positions sim_store::heads() const {
  storage::shard_positions all;
  for (std::size_t i = 0; i < shards_.size(); ++i)
    all[i] = shards_[i].position;
  return all;
}

const event *sim_store::at(shard_number shard, log_position position) const {
  const auto &log = logs_[shard.value()];
  const auto index = static_cast<std::size_t>(raw(position)) - 1;
  return index < log.size() ? &log[index].fact : nullptr;
}

const event *sim_store::event_of(const wallet_id &wallet,
                                 stream_version version) const {
  const auto rows = wallets_.find(wallet);
  const auto index = static_cast<std::size_t>(raw(version)) - 1;
  if (rows == wallets_.end() || index >= rows->second.events.size())
    return nullptr;
  return &logs_[shard_of(wallet).value()][rows->second.events[index]].fact;
}

stream_version sim_store::version_of(const wallet_id &wallet) const {
  const auto rows = wallets_.find(wallet);
  return stream_version{
      rows == wallets_.end()
          ? 0
          : static_cast<std::int64_t>(rows->second.events.size())};
}

} // namespace wallet::simulation
