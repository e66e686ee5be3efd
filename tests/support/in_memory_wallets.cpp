#include "tests/support/in_memory_wallets.hpp"

#include <algorithm>

namespace wallet::testing {

using namespace actors;

namespace {

constexpr std::string_view beginning = "2026-01-02T03:04:05.000000Z";

} // namespace

in_memory_wallets::in_memory_wallets(caf::actor_config &config,
                                     std::shared_ptr<mood> how)
    : event_based_actor(config), mood_(std::move(how)),
      now_(*parse_timestamp(beginning)) {}

/// False when the question is kept, dropped or refused.
template <class Question>
bool in_memory_wallets::is_answered(const Question &question) {
  if (mood_->is_standby) {
    question.reply.complete(failure::standby);
    return false;
  }
  if (mood_->holds_answers)
    held_.push_back(caf::make_message(question));
  return !mood_->holds_answers && !mood_->loses_questions;
}

caf::behavior in_memory_wallets::make_behavior() {
  return {
      [this](const actors::execute &asked) {
        ++mood_->commands;
        if (is_answered(asked))
          asked.reply.complete(execute(asked.asked));
      },
      [this](const read_wallet &asked) {
        if (!is_answered(asked))
          return;
        if (const auto *found = find(asked.wallet))
          asked.reply.complete(*found);
        else
          asked.reply.complete(
              rejection{.code = rejection_code::wallet_not_found,
                        .wallet = asked.wallet});
      },
      [this](const list_wallets &asked) {
        if (!is_answered(asked))
          return;
        std::vector<wallet_state> found;
        for (auto id = in_order_.rbegin(); id != in_order_.rend(); ++id)
          if (find(*id)->profile->user == asked.user)
            found.push_back(*find(*id));
        asked.reply.complete(std::move(found));
      },
      [this](const read_readiness &asked) {
        if (mood_->holds_probes) {
          held_.push_back(caf::make_message(asked));
          return;
        }
        readiness found;
        if (mood_->is_standby)
          found.reasons = {"another node owns the shards", "so it is"};
        asked.reply.complete(std::move(found));
      },
      [this](const read_wallet_history &asked) {
        if (is_answered(asked))
          asked.reply.complete(history([&](const recorded_event &one) {
            return one.fact.wallet == asked.wallet;
          }));
      },
      [this](const read_user_activity &asked) {
        if (is_answered(asked))
          asked.reply.complete(history([&](const recorded_event &one) {
            return one.owner->user == asked.user;
          }));
      },
  };
}

std::vector<recorded_event> in_memory_wallets::history(
    const std::function<bool(const recorded_event &)> &wanted) const {
  std::vector<recorded_event> found;
  std::copy_if(log_.rbegin(), log_.rend(), std::back_inserter(found), wanted);
  return found;
}

const wallet_state *in_memory_wallets::find(const wallet_id &id) const {
  const auto found = wallets_.find(id);
  return found == wallets_.end() ? nullptr : &found->second;
}

wallet_id in_memory_wallets::new_id() const {
  std::array<std::uint8_t, 16> number{};
  number[15] = static_cast<std::uint8_t>(in_order_.size());
  number[14] = static_cast<std::uint8_t>(in_order_.size() >> 8);
  return make_wallet_id(now_, number);
}

command_answer in_memory_wallets::execute(command asked) {
  if (asked.wallet == wallet_id() &&
      std::holds_alternative<create_wallet>(asked.body))
    asked.wallet = new_id();
  if (!asked.key)
    return apply(asked);
  const auto before = done_.find(*asked.key);
  if (before != done_.end()) {
    if (before->second.body != asked.body)
      return rejection{.code = rejection_code::idempotency_key_reused};
    auto again = before->second.receipt;
    again.is_replay = true;
    return again;
  }
  auto answer = apply(asked);
  if (const auto *receipt = std::get_if<actors::receipt>(&answer))
    done_.emplace(*asked.key, done{asked.body, *receipt});
  return answer;
}

command_answer in_memory_wallets::apply(const command &asked) {
  if (const auto *how = std::get_if<transfer>(&asked.body))
    return move(asked, *how);
  const auto draft = decide(find(asked.wallet), {}, asked);
  if (!draft)
    return draft.error();
  auto &wallet = wallets_[asked.wallet];
  if (const auto *created = std::get_if<create_wallet>(&asked.body)) {
    wallet.profile = std::make_shared<const wallet_profile>(wallet_profile{
        asked.wallet, created->user, created->money_currency, now_});
    in_order_.push_back(asked.wallet);
  }
  record(wallet, *draft);
  return receipt{wallet};
}

command_answer in_memory_wallets::move(const command &asked,
                                       const transfer &how) {
  const auto *from = find(asked.wallet);
  const auto out = decide(from, {}, asked);
  if (!from || (!out && out.error().code < rejection_code::wallet_not_found))
    return out.error();
  const auto in = accept_credit(find(how.to), {}, how.to, asked.wallet,
                                how.amount, from->profile->money_currency);
  if (!in && (out || in.error().code < out.error().code))
    return in.error();
  if (!out)
    return out.error();
  const auto first = record(wallets_[asked.wallet], *out);
  const auto second = record(wallets_[how.to], *in, first);
  return receipt{transfer_legs{first, second}};
}

event in_memory_wallets::record(wallet_state &wallet, const event_draft &draft,
                                std::optional<event> first_leg) {
  wallet.head = *evolve(wallet.head, draft.type, draft.amount);
  wallet.updated_at = now_;
  now_ += std::chrono::microseconds(1);
  const auto shard = shard_of(wallet.profile->id);
  auto &head = heads_.at(shard.value());
  head = next(head);
  event made;
  made.shard = shard;
  made.position = head;
  made.wallet = wallet.profile->id;
  made.version = wallet.head.version;
  made.type = draft.type;
  made.amount = draft.amount;
  made.balance = wallet.head.balance;
  made.transaction =
      first_leg ? first_leg->transaction : make_transaction_id(shard, head);
  made.counterparty = draft.counterparty;
  made.recorded_at = wallet.updated_at;
  log_.push_back({made, wallet.profile, nullptr});
  return made;
}

} // namespace wallet::testing
