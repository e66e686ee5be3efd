#include "tests/simulation/clients.hpp"

#include <algorithm>

#include <caf/send.hpp>

namespace wallet::simulation {

using namespace actors;

namespace {

const user_id owner = user_id::trusted("alice");

/// Small, so that wallets are often nearly empty.
constexpr std::int64_t max_units = 8;

constexpr std::size_t max_wallets = 6;

/// Of the last things; the node is not meant to be flooded.
constexpr std::size_t sent_together = 8;

std::string describe(const command &asked) {
  struct {
    std::string operator()(const create_wallet &) const { return {}; }
    std::string operator()(const fund &body) const {
      return " " + body.amount.to_string();
    }
    std::string operator()(const transfer &body) const {
      return " " + body.amount.to_string() + " to " + body.to.to_string();
    }
  } details;
  return std::string(operation_of(asked.body)) + " " +
         asked.wallet.to_string() + std::visit(details, asked.body) +
         (asked.key ? ", key " + asked.key->to_string() : "");
}

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

/// Brings an answer to its request; copies of the handle may outlive a crash.
template <class Answer> class clients::sink : public reply_target<Answer> {
public:
  sink(clients &owner_of, std::uint64_t ticket)
      : clients_(owner_of), ticket_(ticket) {}

protected:
  void fire(Answer answer) noexcept override {
    clients_.on_answer(ticket_, answer);
  }

private:
  clients &clients_;
  std::uint64_t ticket_;
};

clients::clients(const sim_store &store, std::mt19937_64 &random, tracer trace)
    : store_(store), random_(random), trace_(std::move(trace)) {}

// -- sending ------------------------------------------------------------------

std::size_t clients::choose_node() { return pick(10) == 0 ? pick(2) : node_; }

void clients::act(std::size_t node, const caf::actor &gateway) {
  const auto choice = pick(10);
  if (!keyed_.empty() && choice < 3) {
    send(gateway, {.asked = repeat_command(), .node = node});
    return;
  }
  if (!wallets_.empty() && choice < 5) {
    send(gateway, {.wallet = some_wallet(), .node = node});
    return;
  }
  auto asked = make_command();
  if (asked.key)
    keyed_.push_back(asked);
  send(gateway, {.asked = std::move(asked), .node = node});
}

command clients::make_command() {
  const auto key = std::to_string(next_key_++);
  const bool is_keyed = pick(10) < 7;
  command made;
  if (wallets_.size() < max_wallets && (wallets_.size() < 2 || pick(10) == 0)) {
    made.body = create_wallet{owner, currency()};
    if (is_keyed)
      made.wallet = wallet_id_from_key(key);
  } else {
    made.wallet = some_wallet();
    const auto amount =
        money::from_units(static_cast<std::int64_t>(1 + pick(max_units)));
    if (pick(10) < 3)
      made.body = fund{amount};
    else
      made.body = transfer{some_wallet(), amount};
  }
  if (is_keyed)
    made.key = make_request_key(made.wallet, operation_of(made.body), key);
  return made;
}

command clients::repeat_command() {
  auto repeated = keyed_[pick(keyed_.size())];
  // Sometimes the key is taken for another amount.
  if (auto *asked = std::get_if<transfer>(&repeated.body);
      asked && pick(10) == 0)
    asked->amount = money::from_units(asked->amount.units() + max_units);
  return repeated;
}

wallet_id clients::some_wallet() {
  // Seldom one that nobody has.
  if (wallets_.empty() || pick(40) == 0)
    return wallet_id_from_key("nobody's " + std::to_string(pick(3)));
  return wallets_[pick(wallets_.size())];
}

void clients::send(const caf::actor &gateway, request what) {
  const auto ticket = next_ticket_++;
  what.known = known_;
  what.sent = ++moment_;
  if (what.asked) {
    const auto &asked = *what.asked;
    trace_("client: #" + std::to_string(ticket) + " to node " +
           std::to_string(what.node) + ": " + describe(asked));
    if (auto *tried = tally_of(asked))
      ++tried->sent;
    if (const auto *paid = std::get_if<transfer>(&asked.body))
      debits_.emplace(ticket,
                      debit{asked.wallet, paid->amount, moment_, std::nullopt});
  } else {
    trace_("client: #" + std::to_string(ticket) + " to node " +
           std::to_string(what.node) + ": read " + what.wallet.to_string());
  }
  if (what.asked)
    caf::anon_send(
        gateway,
        execute{*what.asked, reply_to<command_answer>(
                                 new sink<command_answer>(*this, ticket))});
  else
    caf::anon_send(
        gateway,
        read_wallet{what.wallet, reply_to<wallet_answer>(
                                     new sink<wallet_answer>(*this, ticket))});
  open_.emplace(ticket, std::move(what));
}

void clients::fund_directly(sim_store &store, const storage::shard_heads &heads,
                            timestamp now) {
  const auto all = store.wallets();
  if (all.empty())
    return;
  ++funded_directly_;
  const auto id = all[pick(all.size())];
  const auto loaded = store.load({id});
  const auto &state = *loaded.front().state;
  const auto shard = shard_of(id);
  const auto &head = heads[shard.value()];
  const auto amount = money::from_units(1);
  const auto after = *evolve(state.head, event_type::wallet_funded, amount);
  const auto at = std::max(now, head.last_recorded_at);
  storage::batch written;
  // Not twice the same, as the store compares them.
  auto batch = id.value();
  *batch.begin() = static_cast<std::uint8_t>(funded_directly_);
  written.id = batch_id(batch);
  written.advances = {
      {shard, head.position, next(head.position), head.epoch, at}};
  written.events = {
      {event{.shard = shard,
             .position = next(head.position),
             .wallet = id,
             .version = after.version,
             .type = event_type::wallet_funded,
             .amount = amount,
             .balance = after.balance,
             .held = after.held,
             .transaction = make_transaction_id(shard, next(head.position)),
             .recorded_at = at},
       state.profile, nullptr}};
  if (!std::holds_alternative<storage::committed>(store.append(written)))
    throw violation("the second owner cannot write");
}

// -- the last things ----------------------------------------------------------

bool clients::ask_last_things(std::size_t node, const caf::actor &gateway) {
  if (last_things_.empty() && stage_ != stage::over) {
    stage_ = static_cast<stage>(static_cast<int>(stage_) + 1);
    plan_last_things();
  }
  for (std::size_t i = 0; i < sent_together && !last_things_.empty(); ++i) {
    auto next_one = std::move(last_things_.back());
    last_things_.pop_back();
    next_one.node = node;
    send(gateway, std::move(next_one));
  }
  return stage_ != stage::over;
}

void clients::plan_last_things() {
  if (stage_ == stage::keys)
    for (const auto &asked : keyed_)
      last_things_.push_back({.asked = asked});
  if (stage_ != stage::moves && stage_ != stage::reads)
    return;
  const auto all = store_.wallets();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (stage_ == stage::reads) {
      last_things_.push_back({.wallet = all[i], .must_succeed = true});
      continue;
    }
    const auto balance = store_.load({all[i]}).front().state->head.balance;
    if (balance.is_zero() || all.size() < 2)
      continue;
    last_things_.push_back(
        {.asked = command{all[i], std::nullopt,
                          transfer{all[(i + 1) % all.size()], balance}},
         .must_succeed = true});
  }
}

// -- answers ------------------------------------------------------------------

void clients::on_answer(std::uint64_t ticket, const command_answer &answer) {
  const auto found = open_.extract(ticket);
  if (found.empty())
    return;
  const auto &what = found.mapped();
  ++moment_;
  if (const auto spent = debits_.find(ticket); spent != debits_.end())
    spent->second.ended = moment_;
  trace_("client: #" + std::to_string(ticket) +
         " is answered: " + describe(answer));
  if (const auto *lost = std::get_if<failure>(&answer))
    on_failure(what, *lost);
  else if (const auto *why = std::get_if<rejection>(&answer))
    on_rejection(what, *why);
  else
    on_receipt(what, std::get<receipt>(answer));
}

void clients::on_answer(std::uint64_t ticket, const wallet_answer &answer) {
  const auto found = open_.extract(ticket);
  if (found.empty())
    return;
  const auto &what = found.mapped();
  ++moment_;
  trace_("client: #" + std::to_string(ticket) +
         " is answered: " + describe(answer));
  if (const auto *why = std::get_if<failure>(&answer)) {
    on_failure(what, *why);
    return;
  }
  const auto *state = std::get_if<wallet_state>(&answer);
  const auto seen = what.known.find(what.wallet);
  if (!state) {
    must(seen == what.known.end(), "I11: a wallet is gone");
    return;
  }
  const auto *fact = store_.event_of(what.wallet, state->head.version);
  must(fact && fact->balance == state->head.balance,
       "a read shows what is not committed");
  must(seen == what.known.end() || seen->second <= state->head.version,
       "I11: a version went back");
  if (stage_ == stage::reads)
    must(!store_.event_of(what.wallet, next(state->head.version)),
         "a wallet's actor is behind its log");
  learn(what.wallet, state->head.version);
  ++counts_["read"];
}

void clients::on_failure(const request &what, failure why) {
  ++counts_[std::string("failed: ") + name_of(why)];
  // Every other failure promises that nothing was done.
  if (why != failure::outcome_unknown && what.asked)
    if (auto *tried = tally_of(*what.asked))
      ++tried->refused;
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
  if (const auto *paid = std::get_if<transfer>(&asked.body);
      paid && why.code == rejection_code::insufficient_balance)
    must(can_lack(what, paid->amount), "a refusal that nothing explains");
  if (auto *tried = tally_of(asked))
    ++tried->refused;
  if (!asked.key)
    return;
  const auto done_before = answers_.find(*asked.key);
  if (done_before == answers_.end())
    return;
  const auto &profile = *store_.load({asked.wallet}).front().state->profile;
  must(command_of(done_before->second, profile) != asked.body &&
           why.code == rejection_code::idempotency_key_reused,
       "I3: a command that was done is refused: " + why.text());
}

void clients::on_receipt(const request &what, const receipt &effect) {
  const auto &asked = *what.asked;
  ++counts_[effect.is_replay ? "replayed" : "done"];
  if (auto *tried = tally_of(asked))
    ++tried->done;
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
  const auto seen = what.known.find(claimed.wallet);
  must(is_replay || seen == what.known.end() || seen->second < claimed.version,
       "I9: done before something that was answered earlier");
  if (claimed.wallet != asked.wallet && asked.wallet != wallet_id())
    return;
  if (const auto *paid = std::get_if<transfer>(&asked.body))
    must(paid->amount == claimed.amount && paid->to == claimed.counterparty,
         "answered with another transfer");
  if (const auto *added = std::get_if<fund>(&asked.body))
    must(added->amount == claimed.amount, "answered with another fund");
  if (!asked.key)
    return;
  const auto [first, is_first] = answers_.try_emplace(*asked.key, claimed);
  must(is_first || first->second == claimed, "I3: two answers to one key");
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

clients::tally *clients::tally_of(const command &asked) {
  if (asked.key)
    return nullptr;
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
  return &tallies_[std::visit(sign, asked.body)];
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
        must(std::any_of(
                 keyed_.begin(), keyed_.end(),
                 [&](const command &asked) { return asked.key == fact->key; }),
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

void clients::disconnect(std::size_t node) {
  for (const auto &[ticket, what] : open_)
    if (what.node == node)
      if (const auto spent = debits_.find(ticket); spent != debits_.end())
        spent->second.ended = ++moment_;
  std::erase_if(open_,
                [&](const auto &one) { return one.second.node == node; });
}

std::string clients::describe_open() const {
  std::string text = std::to_string(open_.size()) + " open,";
  for (const auto &[ticket, what] : open_)
    text += what.asked ? " " + std::string(operation_of(what.asked->body))
                       : " read";
  return text;
}

} // namespace wallet::simulation
