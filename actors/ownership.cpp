#include "actors/ownership.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "actors/sequencer.hpp"
#include "actors/shard.hpp"
#include "storage/log_copies.hpp"

namespace wallet::actors {

ownership_actor::ownership_actor(caf::actor_config &config, links to,
                                 environment outside, const limits &within)
    : event_based_actor(config), to_(std::move(to)),
      outside_(std::move(outside)), limits_(within) {}

caf::behavior ownership_actor::make_behavior() {
  take();
  delayed_send(this, renew_every, tick{});
  return {
      [this](const shards_taken &answer) { on_taken(answer); },
      [this](const lease_renewed &answer) { on_renewed(answer); },
      [this](const fence_hit &hit) {
        // A late word of a generation that is gone already says nothing.
        if (owned_ && current_sender() == owned_->sequencer)
          give_up(failure::standby, hit.why);
      },
      [this](const log_diverged &found) { on_diverged(found); },
      [this](const tick &) { on_tick(); },
      [this](const shut_down &request) { on_shut_down(request); },
  };
}

void ownership_actor::on_exit() {
  end_generation();
  to_ = {};
}

void ownership_actor::take() {
  is_asking_ = true;
  asked_at_ = clock().now();
  send(to_.lease_keeper, take_shards{});
}

void ownership_actor::on_taken(const shards_taken &answer) {
  is_asking_ = false;
  if (is_stopping_ || is_halted_)
    return;
  if (std::holds_alternative<failure>(answer.outcome)) {
    send(to_.gateway, close_gate{failure::store_unavailable,
                                 "the database does not answer"});
    return;
  }
  const auto &found = std::get<storage::ownership>(answer.outcome);
  if (const auto *other = std::get_if<storage::standby>(&found)) {
    send(to_.gateway,
         close_gate{failure::standby, "standby: node " + other->owner +
                                          " owns the shards; this one takes "
                                          "over when its lease ends"});
    return;
  }
  begin(std::get<storage::owned>(found).heads);
}

void ownership_actor::begin(const storage::shard_heads &heads) {
  auto shared = std::make_shared<wallet_links>();
  shared->reader = to_.reader;
  shared->sequencer = spawn<sequencer_actor>(
      sequencer_actor::links{to_.writer, to_.relay, this}, outside_, limits_,
      heads);
  for (auto &shard : shared->shards)
    shard = spawn<shard_actor>(shared, limits_);
  owned_ = generation{shared->shards, shared->sequencer};
  if (to_.relay) {
    follow_log from;
    for (std::size_t i = 0; i < heads.size(); ++i)
      from.heads[i] = heads[i].position;
    send(to_.relay, from);
  }
  send(to_.gateway, lease_extended{asked_at_ + lease - lease_margin});
  send(to_.gateway, open_gate{*owned_});
  spdlog::info("this node owns the shards");
}

void ownership_actor::on_renewed(const lease_renewed &answer) {
  is_asking_ = false;
  if (!owned_)
    return;
  // No answer: the lease runs on, and out, at the gateway.
  if (std::holds_alternative<failure>(answer.outcome))
    return;
  if (std::get<bool>(answer.outcome))
    send(to_.gateway, lease_extended{asked_at_ + lease - lease_margin});
  else
    give_up(failure::standby, "another node took the shards over");
}

void ownership_actor::on_tick() {
  if (is_stopping_ || is_halted_)
    return;
  delayed_send(this, renew_every, tick{});
  if (is_asking_)
    return;
  if (!owned_) {
    take();
    return;
  }
  is_asking_ = true;
  asked_at_ = clock().now();
  send(to_.lease_keeper, renew_lease{});
}

void ownership_actor::on_shut_down(const shut_down &request) {
  is_stopping_ = true;
  give_up(failure::stopping, "stopping");
  send(to_.lease_keeper, release_lease{request.reply});
}

void ownership_actor::on_diverged(const log_diverged &found) {
  if (is_halted_ || is_stopping_)
    return;
  is_halted_ = true;
  const auto reason = found.why + ": " + storage::after_divergence;
  spdlog::critical("the event store has lost what was published: {}", reason);
  give_up(failure::store_unavailable, reason);
}

void ownership_actor::give_up(failure why, const std::string &reason) {
  send(to_.gateway, close_gate{why, reason});
  if (!owned_)
    return;
  spdlog::log(is_stopping_ ? spdlog::level::info : spdlog::level::warn,
              "this node gives the shards up: {}", reason);
  end_generation();
}

void ownership_actor::end_generation() {
  if (!owned_)
    return;
  for (const auto &shard : owned_->shards)
    caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(owned_->sequencer, caf::exit_reason::user_shutdown);
  owned_.reset();
}

} // namespace wallet::actors
