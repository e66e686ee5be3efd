#include "tests/simulation/clients.hpp"

#include <algorithm>

#include "tests/simulation/violation.hpp"

namespace wallet::simulation {

using namespace actors;

namespace {

const char *name_of(failure why) {
  switch (why) {
  case failure::outcome_unknown:
    return "outcome unknown";
  case failure::store_unavailable:
    return "store unavailable";
  case failure::standby:
    return "standby";
  case failure::overloaded:
    return "overloaded";
  case failure::stopping:
    return "stopping";
  }
  return "?";
}

std::string describe(const wallet_state &state) {
  return "version " + std::to_string(raw(state.head.version)) + ", balance " +
         state.head.balance.to_string();
}

struct describe_answer {
  std::string operator()(failure why) const { return name_of(why); }
  std::string operator()(const rejection &why) const { return why.text(); }
  std::string operator()(const wallet_state &state) const {
    return describe(state);
  }
  std::string operator()(const std::vector<wallet_state> &all) const {
    return std::to_string(all.size()) + " wallets";
  }
  std::string operator()(const receipt &effect) const {
    const std::string how = effect.is_replay ? "as before, " : "";
    if (const auto *legs = std::get_if<transfer_legs>(&effect.effect))
      return how + "version " + std::to_string(raw(legs->out.version)) +
             " and version " + std::to_string(raw(legs->in.version));
    return how + describe(std::get<wallet_state>(effect.effect));
  }
};

template <class Answer> std::string describe(const Answer &answer) {
  return std::visit(describe_answer(), answer);
}

} // namespace

// -- answers ------------------------------------------------------------------

/// The request that ends with this answer; nothing: a crash ended it.
template <class Answer>
std::optional<clients::request> clients::end(std::uint64_t ticket,
                                             const Answer &answer) {
  auto found = open_.extract(ticket);
  if (found.empty())
    return std::nullopt;
  ++moment_;
  if (const auto spent = debits_.find(ticket); spent != debits_.end())
    spent->second.ended = moment_;
  trace_("client: #" + std::to_string(ticket) +
         " is answered: " + describe(answer));
  return std::move(found.mapped());
}

void clients::on_answer(std::uint64_t ticket, const command_answer &answer) {
  const auto what = end(ticket, answer);
  if (!what)
    return;
  if (const auto *lost = std::get_if<failure>(&answer))
    on_failure(*what, *lost);
  else if (const auto *why = std::get_if<rejection>(&answer))
    on_rejection(*what, *why);
  else
    on_receipt(*what, std::get<receipt>(answer));
}

void clients::on_answer(std::uint64_t ticket, const wallet_answer &answer) {
  const auto what = end(ticket, answer);
  if (!what)
    return;
  if (const auto *why = std::get_if<failure>(&answer))
    on_failure(*what, *why);
  else if (const auto *state = std::get_if<wallet_state>(&answer))
    on_read(*what, *state);
  else
    must(!what->known.contains(*what->wallet), "I11: a wallet is gone");
}

void clients::on_answer(std::uint64_t ticket, const wallets_answer &answer) {
  const auto what = end(ticket, answer);
  if (!what)
    return;
  if (const auto *why = std::get_if<failure>(&answer)) {
    on_failure(*what, *why);
    return;
  }
  auto missing = what->known;
  for (const auto &state : std::get<std::vector<wallet_state>>(answer)) {
    on_read(*what, state);
    missing.erase(state.profile->id);
  }
  must(missing.empty(), "I11: a list lacks a wallet");
}

void clients::on_read(const request &what, const wallet_state &shown) {
  const auto &id = shown.profile->id;
  const auto *fact = store_.event_of(id, shown.head.version);
  must(fact && fact->balance == shown.head.balance,
       "a read shows what is not committed");
  const auto seen = what.known.find(id);
  must(seen == what.known.end() || seen->second <= shown.head.version,
       "I11: a version went back");
  if (stage_ == stage::reads)
    must(shown.head.version == store_.version_of(id),
         "a wallet's actor is behind its log");
  learn(id, shown.head.version);
  ++counts_[what.wallet ? "read" : "read in a list"];
}

void clients::on_failure(const request &what, failure why) {
  ++counts_[std::string("failed: ") + name_of(why)];
  // Every other failure promises that nothing was done.
  if (why != failure::outcome_unknown && what.asked)
    ++tally_of(*what.asked).refused;
  if (why == failure::standby && what.node == node_)
    node_ = 1 - node_;
  // Once the faults are over, everything is asked until it is answered.
  if (stage_ == stage::faults)
    return;
  auto again = what;
  again.known.clear();
  // It may have moved the money already.
  if (why == failure::outcome_unknown && what.asked)
    again.must_succeed = false;
  last_things_.push_back(std::move(again));
}

void clients::on_rejection(const request &what, const rejection &why) {
  const auto &asked = *what.asked;
  ++counts_["refused: " + std::string(name_of(why.code))];
  must(!what.must_succeed, "a promise leaked: " + why.text());
  must(why.code != rejection_code::wallet_not_found ||
           !what.known.contains(asked.wallet),
       "I11: a wallet is gone");
  must(why.code != rejection_code::wallet_exists, "a create was refused");
  if (const auto *paid = std::get_if<transfer>(&asked.body)) {
    must(why.code != rejection_code::insufficient_balance ||
             can_lack(what, paid->amount),
         "a refusal that nothing explains");
    must(why.code != rejection_code::receiver_not_found ||
             !what.known.contains(paid->to),
         "I11: a receiver is gone");
  }
  ++tally_of(asked).refused;
  if (!asked.key)
    return;
  const auto done_before = answers_.find(*asked.key);
  // Of two that were open at once, one may be refused and then the other done.
  if (done_before == answers_.end() || done_before->second.at > what.sent)
    return;
  const auto &profile = *store_.load({asked.wallet}).front().state->profile;
  must(command_of(done_before->second.first, profile) != asked.body &&
           why.code == rejection_code::idempotency_key_reused,
       "I3: a command that was done is refused: " + why.text());
}

void clients::on_receipt(const request &what, const receipt &effect) {
  const auto &asked = *what.asked;
  ++counts_[effect.is_replay ? "replayed" : "done"];
  auto &tried = tally_of(asked);
  ++tried.done;
  must(!effect.is_replay || tried.sent - tried.refused > 1,
       "I3: what had not been done is said to be done before");
  node_ = what.node;
  if (const auto *legs = std::get_if<transfer_legs>(&effect.effect)) {
    must(legs->out.wallet == asked.wallet, "an answer of another wallet");
    check_event(what, legs->in, effect.is_replay);
    check_event(what, legs->out, effect.is_replay);
    learn(legs->in.wallet, legs->in.version);
    learn(legs->out.wallet, legs->out.version);
  } else {
    const auto &state = std::get<wallet_state>(effect.effect);
    const auto *fact = store_.event_of(state.profile->id, state.head.version);
    must(fact && fact->balance == state.head.balance,
         "I1: answered, but not stored");
    if (fact)
      check_event(what, *fact, effect.is_replay);
    const bool is_new = std::find(wallets_.begin(), wallets_.end(),
                                  state.profile->id) == wallets_.end();
    if (is_new)
      wallets_.push_back(state.profile->id);
    must(asked.wallet == wallet_id() || asked.wallet == state.profile->id,
         "an answer of another wallet");
    learn(state.profile->id, state.head.version);
  }
}

void clients::check_event(const request &what, const event &claimed,
                          bool is_replay) {
  const auto &asked = *what.asked;
  const auto *fact = store_.event_of(claimed.wallet, claimed.version);
  must(fact && *fact == claimed, "I1: answered, but not stored");
  const auto before = what.stored.find(claimed.wallet);
  must(is_replay || before == what.stored.end() ||
           before->second < claimed.version,
       "I9: done before it was asked for");
  if (claimed.wallet != asked.wallet && asked.wallet != wallet_id())
    return;
  if (const auto *paid = std::get_if<transfer>(&asked.body))
    must(paid->amount == claimed.amount && paid->to == claimed.counterparty,
         "answered with another transfer");
  if (const auto *added = std::get_if<fund>(&asked.body))
    must(added->amount == claimed.amount, "answered with another fund");
  if (!asked.key)
    return;
  const auto [known, is_first] =
      answers_.try_emplace(*asked.key, keyed_answer{claimed, moment_});
  must(is_first || known->second.first == claimed,
       "I3: two answers to one key");
}

void clients::learn(const wallet_id &wallet, stream_version version) {
  auto &known = known_[wallet];
  known = std::max(known, version);
}

// -- checks -------------------------------------------------------------------

void clients::must(bool holds, const std::string &what) {
  // Called inside actors: check() raises it outside.
  if (!holds && broken_.empty())
    broken_ = what;
}

void clients::check() const {
  if (!broken_.empty())
    throw violation(broken_);
}

/// Was there a moment while this was open at which the wallet had less, or
/// others had promised the rest of it?
bool clients::can_lack(const request &what, money amount) const {
  const auto &id = what.asked->wallet;
  const auto known = what.known.find(id);
  auto version = known == what.known.end() ? stream_version{1} : known->second;
  const auto *fact = store_.event_of(id, version);
  if (!fact)
    return true;
  auto least = fact->balance;
  while (const auto *later = store_.event_of(id, version = next(version)))
    least = std::min(least, later->balance);
  auto promised = money();
  for (const auto &[ticket, one] : debits_)
    if (one.from == id && (!one.ended || *one.ended >= what.sent))
      promised = *promised.plus(one.amount);
  return least < *amount.plus(promised);
}

clients::tally &clients::tally_of(const command &asked) {
  if (asked.key)
    return keyed_tallies_[*asked.key];
  struct {
    signature operator()(const create_wallet &) const {
      return {wallet_id(), event_type::wallet_created, money()};
    }
    signature operator()(const fund &body) const {
      return {asked.wallet, event_type::wallet_funded, body.amount};
    }
    signature operator()(const transfer &body) const {
      return {asked.wallet, event_type::transfer_out, body.amount};
    }
    const command &asked;
  } sign{asked};
  return tallies_[std::visit(sign, asked.body)];
}

void clients::must_have_asked_for_everything() {
  std::map<signature, std::size_t> stored;
  std::size_t unexplained = 0;
  for (const auto &id : store_.wallets())
    for (stream_version v{1}; const auto *fact = store_.event_of(id, v);
         v = next(v)) {
      if (fact->type == event_type::transfer_in)
        continue;
      if (fact->key) {
        must(keyed_tallies_.contains(*fact->key),
             "I2: an event of a key that nobody sent");
        continue;
      }
      const bool is_creation = fact->type == event_type::wallet_created;
      ++stored[{is_creation ? wallet_id() : id, fact->type, fact->amount}];
    }
  for (const auto &[what, times] : stored) {
    const auto &tried = tallies_[what];
    must(times >= tried.done, "I1: answered more often than stored");
    if (times + tried.refused > tried.sent)
      unexplained += times + tried.refused - tried.sent;
  }
  must(unexplained <= funded_directly_, "I2: nobody asked for an event");
}

} // namespace wallet::simulation
