#include "actors/shard.hpp"

#include <algorithm>

#include <caf/actor_system.hpp>
#include <caf/make_actor.hpp>

#include "actors/wallet.hpp"

namespace wallet::actors {

namespace {

/// A new wallet under a fresh id needs no look into the store; one under an id
/// that a key gave may be there already.
bool is_fresh_create(const command &asked) {
  return std::holds_alternative<create_wallet>(asked.body) && !asked.key;
}

} // namespace

shard_actor::shard_actor(caf::actor_config &config,
                         std::shared_ptr<wallet_links> links,
                         const limits &within)
    : event_based_actor(config), links_(std::move(links)),
      capacity_(std::max<std::size_t>(
          within.resident_wallets / shard_number::count, 1)),
      wallets_per_load_(within.wallets_per_load) {}

caf::behavior shard_actor::make_behavior() {
  return {
      [this](const execute &asked) { route(asked.asked.wallet, asked); },
      [this](const read_wallet &asked) { route(asked.wallet, asked); },
      [this](const offer_credit &asked) {
        route(*asked.work->legs[0].draft.counterparty, asked);
      },
      [this](const check_receiver &asked) { route(asked.receiver, asked); },
      [this](const wallets_loaded &answer) { on_loaded(answer); },
      [this](const stay_awake &answer) { on_stay(answer); },
      [this](const wallet_forgotten &answer) { on_forgotten(answer); },
  };
}

void shard_actor::on_exit() {
  // Wallets hold the links and the links hold the shards: cut the circle.
  by_use_.clear();
  entries_.clear();
  links_.reset();
}

void shard_actor::route(const wallet_id &id, request asked) {
  auto [found, is_new] = entries_.try_emplace(id);
  auto &target = found->second;
  if (!is_new && target.state == phase::resident) {
    by_use_.splice(by_use_.end(), by_use_, by_use_.iterator_to(target));
    deliver(target, std::move(asked));
    return;
  }
  const auto *command = std::get_if<execute>(&asked);
  const bool is_fresh = is_new && command && is_fresh_create(command->asked);
  target.parked.push_back(std::move(asked));
  if (!is_new)
    return;
  target.id = id;
  if (is_fresh)
    install(target, std::nullopt);
  else
    wake(target);
}

void shard_actor::deliver(const entry &to, request asked) {
  std::visit([&](auto &message) { send(to.wallet, std::move(message)); },
             asked);
}

void shard_actor::wake(entry &sleeping) {
  sleeping.state = phase::waking;
  asked_.push_back(sleeping.id);
  read_next();
}

void shard_actor::read_next() {
  if (is_reading_ || asked_.empty())
    return;
  load_wallets read;
  const auto count = std::min(asked_.size(), wallets_per_load_);
  const auto last = asked_.begin() + static_cast<std::ptrdiff_t>(count);
  read.wallets.assign(asked_.begin(), last);
  asked_.erase(asked_.begin(), last);
  is_reading_ = true;
  send(links_->reader, std::move(read));
}

void shard_actor::on_loaded(const wallets_loaded &answer) {
  is_reading_ = false;
  if (const auto *why = std::get_if<failure>(&answer.outcome))
    for (const auto &id : answer.asked)
      refuse_parked(entries_.at(id), *why);
  else
    for (const auto &found :
         std::get<std::vector<storage::loaded_wallet>>(answer.outcome)) {
      auto &sleeping = entries_.at(found.id);
      const bool is_created = std::any_of(
          sleeping.parked.begin(), sleeping.parked.end(), [](const auto &r) {
            const auto *asked = std::get_if<execute>(&r);
            return asked &&
                   std::holds_alternative<create_wallet>(asked->asked.body);
          });
      if (found.state || is_created)
        install(sleeping, found.state);
      else
        refuse_parked(sleeping,
                      rejection{.code = rejection_code::wallet_not_found,
                                .wallet = found.id});
    }
  read_next();
}

void shard_actor::install(entry &sleeping, std::optional<wallet_state> state) {
  caf::actor_config config{context()};
  sleeping.wallet = caf::make_actor<wallet_actor, caf::actor>(
      system().next_actor_id(), system().node(), &system(), config, sleeping.id,
      std::move(state), links_ptr(links_));
  sleeping.state = phase::resident;
  by_use_.push_back(sleeping);
  for (auto &waiting : std::exchange(sleeping.parked, {}))
    deliver(sleeping, std::move(waiting));
  make_room();
}

void shard_actor::refuse_parked(entry &sleeping, const refusal &why) {
  const auto ended = std::move(entries_.extract(sleeping.id).mapped());
  const auto *reason = std::get_if<rejection>(&why);
  struct {
    shard_actor *self;
    const refusal &why;
    const rejection *reason;

    void operator()(const execute &asked) const {
      // Wrong in itself comes before "there is no such wallet".
      const auto verdict = decide(nullptr, {}, asked.asked);
      if (reason && !verdict)
        asked.reply.complete(verdict.error());
      else if (reason)
        asked.reply.complete(*reason);
      else
        asked.reply.complete(std::get<failure>(why));
    }
    void operator()(const read_wallet &asked) const {
      if (reason)
        asked.reply.complete(*reason);
      else
        asked.reply.complete(std::get<failure>(why));
    }
    void operator()(const offer_credit &asked) const {
      self->send(asked.work->legs[0].owner,
                 credit_refused{asked.work, as_receiver()});
    }
    void operator()(const check_receiver &asked) const {
      self->send(asked.asker, receiver_checked{asked.ticket, as_receiver()});
    }
    refusal as_receiver() const {
      if (!reason)
        return why;
      auto missing = *reason;
      missing.code = rejection_code::receiver_not_found;
      return missing;
    }
  } refuse_one{this, why, reason};
  for (const auto &waiting : ended.parked)
    std::visit(refuse_one, waiting);
}

void shard_actor::make_room() {
  // Wallets with work come back (on_stay) and are asked again at the next wake.
  while (by_use_.size() > capacity_) {
    auto &longest_unused = by_use_.front();
    longest_unused.state = phase::leaving;
    by_use_.pop_front();
    send(longest_unused.wallet, passivate{});
  }
}

void shard_actor::on_stay(const stay_awake &answer) {
  auto &staying = entries_.at(answer.wallet);
  staying.state = phase::resident;
  by_use_.push_back(staying);
  for (auto &waiting : std::exchange(staying.parked, {}))
    deliver(staying, std::move(waiting));
}

void shard_actor::on_forgotten(const wallet_forgotten &answer) {
  auto &gone = entries_.at(answer.wallet);
  gone.wallet = nullptr;
  if (gone.parked.empty())
    entries_.erase(answer.wallet);
  else
    wake(gone);
}

} // namespace wallet::actors
