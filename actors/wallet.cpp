#include "actors/wallet.hpp"

#include <cassert>

#include "events/known_bugs.hpp"

namespace wallet::actors {

wallet_actor::wallet_actor(caf::actor_config &config, wallet_id id,
                           std::optional<wallet_state> state, links_ptr links)
    : lean_actor(config), id_(id), state_(std::move(state)),
      links_(std::move(links)) {}

void wallet_actor::on_message(const caf::type_erased_tuple &content) noexcept {
  dispatch(
      content, // the most frequent first
      [this](const settled &result) { on_settled(result); },
      [this](const execute &request) { on_execute(request); },
      [this](const offer_credit &offer) { on_offer(offer); },
      [this](const read_wallet &request) { on_read(request); },
      [this](const aborted &result) { on_aborted(result); },
      [this](const check_receiver &check) { on_check(check); },
      [this](const credit_refused &answer) { on_credit_refused(answer); },
      [this](const key_looked_up &answer) { on_key_looked_up(answer); },
      [this](const receiver_checked &answer) { on_receiver_checked(answer); },
      [this](const passivate &) { on_passivate(); });
}

void wallet_actor::on_execute(const execute &request) {
  const auto &asked = request.asked;
  if (asked.key) {
    if (auto known = recent_.answer_to(asked)) {
      request.reply.complete(std::move(*known));
      return;
    }
    if (auto same = waiting_.find(*asked.key); same != waiting_.end()) {
      same->second.push_back(request);
      return;
    }
    waiting_.try_emplace(*asked.key);
  }
  const auto verdict = decide(committed(), promised_, asked);
  if (verdict)
    start(request, *verdict);
  else
    refuse(request, verdict.error());
}

void wallet_actor::start(const execute &request, const event_draft &draft) {
  auto work = std::make_shared<unit>();
  work->origin = request;
  auto &own = work->legs[0];
  own.owner = self();
  own.draft = draft;
  ++outstanding_;
  if (const auto *asked = std::get_if<create_wallet>(&request.asked.body)) {
    // created_at is the creation event's time: the sequencer's.
    own.profile = std::make_shared<wallet_profile>(
        wallet_profile{id_, asked->user, asked->money_currency, {}});
  } else {
    own.profile = state_->profile;
    own.seen = state_->head;
  }
  switch (draft.type) {
  case event_type::transfer_out:
    promised_.debits = *promised_.debits.plus(draft.amount);
    send(links_->shard_for(*draft.counterparty), offer_credit{work});
    return;
  case event_type::wallet_funded:
    promised_.credits = *promised_.credits.plus(draft.amount);
    break;
  case event_type::wallet_created:
  case event_type::transfer_in:
    break;
  }
  send(links_->sequencer, submit{work});
}

void wallet_actor::on_read(const read_wallet &request) {
  if (state_)
    request.reply.complete(*state_);
  else
    request.reply.complete(
        rejection{.code = rejection_code::wallet_not_found, .wallet = id_});
}

void wallet_actor::on_offer(const offer_credit &offer) {
  const auto &payer = offer.work->legs[0];
  const auto verdict =
      accept_credit(committed(), promised_, id_, payer.profile->id,
                    payer.draft.amount, payer.profile->money_currency);
  if (!verdict) {
    send(payer.owner, credit_refused{offer.work, verdict.error()});
    return;
  }
  promised_.credits = *promised_.credits.plus(verdict->amount);
  ++outstanding_;
  auto &own = offer.work->legs[1];
  own.owner = self();
  own.draft = *verdict;
  own.profile = state_->profile;
  own.seen = state_->head;
  offer.work->leg_count = 2;
  send(links_->sequencer, submit{offer.work});
}

void wallet_actor::on_check(const check_receiver &check) {
  const auto verdict = accept_credit(committed(), promised_, id_, check.sender,
                                     check.amount, check.money_currency);
  receiver_checked answer{check.ticket, std::nullopt};
  if (!verdict)
    answer.why = verdict.error();
  send(check.asker, std::move(answer));
}

void wallet_actor::on_credit_refused(const credit_refused &answer) {
  release_promise(answer.work->legs[0]);
  const auto &request = answer.work->origin;
  if (const auto *why = std::get_if<rejection>(&answer.why))
    refuse(request, *why);
  else
    conclude(request, std::get<failure>(answer.why));
}

void wallet_actor::on_settled(const settled &result) {
  const auto &work = *result.work;
  const auto &part = work.legs[result.leg];
  const auto &fact = part.stamped;
  assert(raw(fact.version) == (state_ ? raw(state_->head.version) : 0) + 1);
  release_promise(part);
  state_ = wallet_state{.profile = part.profile,
                        .head = {fact.version, fact.balance, fact.held},
                        .updated_at = fact.recorded_at};
  if (result.leg != 0)
    return;
  auto committed_receipt = receipt_of(work);
  if (work.origin.asked.key)
    recent_.remember(work.origin.asked, committed_receipt);
  conclude(work.origin, std::move(committed_receipt));
}

void wallet_actor::on_aborted(const aborted &result) {
  const auto &work = *result.work;
  if (!has_bug(known_bug::promise_kept_after_abort))
    release_promise(work.legs[result.leg]);
  if (result.leg != 0)
    return;
  const auto &request = work.origin;
  if (const auto *why = std::get_if<failure>(&result.why)) {
    conclude(request, *why);
    return;
  }
  conclude(request,
           answer_for(request.asked,
                      std::get<storage::stored_transaction>(result.why)));
}

command_answer
wallet_actor::answer_for(const command &repeated,
                         const storage::stored_transaction &stored) const {
  // Stored, though this wallet does not exist here: a newer owner wrote it.
  if (!state_)
    return failure::outcome_unknown;
  return answer_from_store(repeated, stored, state_->profile);
}

void wallet_actor::release_promise(const leg &part) {
  switch (part.draft.type) {
  case event_type::transfer_out:
    promised_.debits = promised_.debits.minus(part.draft.amount).value();
    break;
  case event_type::transfer_in:
  case event_type::wallet_funded:
    promised_.credits = promised_.credits.minus(part.draft.amount).value();
    break;
  case event_type::wallet_created:
    break;
  }
  --outstanding_;
}

void wallet_actor::refuse(const execute &request, const rejection &why) {
  // Wrong in itself: the key cannot have done it before.
  if (why.code < rejection_code::idempotency_key_reused) {
    conclude(request, why);
    return;
  }
  const auto ticket = next_ticket_++;
  refusals_.try_emplace(ticket, pending_refusal{request, why});
  if (request.asked.key && !has_bug(known_bug::refused_without_key_lookup))
    send(links_->reader, find_key{ticket, id_, *request.asked.key});
  else
    check_receiver_first(ticket);
}

void wallet_actor::on_key_looked_up(const key_looked_up &answer) {
  const auto found = refusals_.find(answer.ticket);
  assert(found != refusals_.end());
  if (const auto *why = std::get_if<failure>(&answer.outcome)) {
    const auto refused = std::move(refusals_.extract(found).mapped());
    conclude(refused.request, *why);
    return;
  }
  const auto &stored =
      std::get<std::optional<storage::stored_transaction>>(answer.outcome);
  if (!stored) {
    check_receiver_first(answer.ticket);
    return;
  }
  const auto refused = std::move(refusals_.extract(found).mapped());
  conclude(refused.request, answer_for(refused.request.asked, *stored));
}

void wallet_actor::check_receiver_first(std::uint64_t ticket) {
  const auto found = refusals_.find(ticket);
  const auto &[request, why] = found->second;
  const auto *asked = std::get_if<transfer>(&request.asked.body);
  if (asked && state_ && why.code == rejection_code::insufficient_balance) {
    send(links_->shard_for(asked->to),
         check_receiver{self(), ticket, asked->to, id_, asked->amount,
                        state_->profile->money_currency});
    return;
  }
  const auto refused = std::move(refusals_.extract(found).mapped());
  conclude(refused.request, refused.why);
}

void wallet_actor::on_receiver_checked(const receiver_checked &answer) {
  const auto found = refusals_.find(answer.ticket);
  assert(found != refusals_.end());
  const auto refused = std::move(refusals_.extract(found).mapped());
  const auto *unasked =
      answer.why ? std::get_if<failure>(&*answer.why) : nullptr;
  const auto *other =
      answer.why ? std::get_if<rejection>(&*answer.why) : nullptr;
  if (unasked)
    conclude(refused.request, *unasked);
  else if (other && other->code < refused.why.code)
    conclude(refused.request, *other);
  else
    conclude(refused.request, refused.why);
}

void wallet_actor::conclude(const execute &request,
                            const command_answer &answer) {
  request.reply.complete(answer);
  if (!request.asked.key)
    return;
  auto ended = waiting_.extract(*request.asked.key);
  if (ended.empty())
    return;
  for (const auto &repeat : ended.mapped()) {
    // A refusal may be older than the repeat: there may be money by now.
    if (repeat.asked.body != request.asked.body ||
        std::holds_alternative<rejection>(answer)) {
      on_execute(repeat);
      continue;
    }
    auto same = answer;
    if (auto *effect = std::get_if<receipt>(&same))
      effect->is_replay = true;
    repeat.reply.complete(std::move(same));
  }
}

void wallet_actor::on_passivate() {
  if (has_work())
    send(links_->shard_for(id_), stay_awake{id_});
  else
    send(links_->sequencer, forget_wallet{id_, links_->shard_for(id_)});
}

bool wallet_actor::has_work() const {
  if (has_bug(known_bug::passivation_with_work))
    return false;
  return outstanding_ > 0 || !refusals_.empty();
}

} // namespace wallet::actors
