#include "tests/simulation/clients.hpp"

#include <algorithm>

#include <caf/send.hpp>

#include "tests/simulation/violation.hpp"

namespace wallet::simulation {

using namespace actors;

namespace {

const user_id owner = user_id::trusted("alice");

/// Small, so that wallets are often nearly empty.
constexpr std::int64_t max_units = 8;

/// More than there ever are.
constexpr std::size_t max_listed = 1'000;

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

clients::clients(const sim_store &store, const mix &likely,
                 std::mt19937_64 &random, tracer trace)
    : store_(store), likely_(likely), random_(random),
      trace_(std::move(trace)) {}

// -- sending ------------------------------------------------------------------

std::size_t clients::choose_node() {
  return pick(likely_.stray_request) == 0 ? pick(2) : node_;
}

void clients::act(std::size_t node, const caf::actor &gateway) {
  const auto choice = pick(20);
  if (!keyed_.empty() && choice < 6) {
    send(gateway, {.asked = repeat_command(), .node = node});
    return;
  }
  if (choice < 9) {
    send(gateway, {.wallet = some_wallet(), .node = node});
    return;
  }
  if (choice < 10) {
    send(gateway, {.node = node});
    return;
  }
  auto asked = make_command();
  if (asked.key)
    keyed_.push_back(asked);
  send(gateway, {.asked = std::move(asked), .node = node});
}

void clients::create_unwatched(const caf::actor &gateway) {
  command made;
  made.body = create_wallet{owner, currency()};
  caf::anon_send(gateway, execute{made, {}});
}

command clients::make_command() {
  const bool is_first = wallets_.size() < 2;
  if (wallets_.size() < likely_.max_wallets && (is_first || pick(10) == 0))
    return make_creation();
  command made;
  made.wallet = some_wallet();
  const auto amount =
      money::from_units(static_cast<std::int64_t>(1 + pick(max_units)));
  if (pick(10) < 3)
    made.body = fund{amount};
  else
    made.body = transfer{some_wallet(), amount};
  if (pick(10) < 7)
    made.key = make_request_key(made.wallet, operation_of(made.body),
                                std::to_string(next_key_++));
  return made;
}

command clients::make_creation() {
  command made;
  made.body = create_wallet{owner, currency()};
  if (pick(2) == 0)
    return made;
  std::string key;
  do {
    key = std::to_string(next_key_++);
    made.wallet = wallet_id_from_key(key);
  } while (shard_of(made.wallet).value() >= likely_.used_shards);
  made.key = make_request_key(made.wallet, operation_of(made.body), key);
  return made;
}

command clients::repeat_command() {
  // One of the newest, which may be under way, as often as any.
  constexpr std::size_t newest = 5;
  const auto from =
      pick(2) == 0 && keyed_.size() > newest ? keyed_.size() - newest : 0;
  auto repeated = keyed_[from + pick(keyed_.size() - from)];
  count_repeat(*repeated.key);
  // Sometimes the key is taken for another amount.
  if (auto *asked = std::get_if<transfer>(&repeated.body);
      asked && pick(10) == 0)
    asked->amount = money::from_units(asked->amount.units() + max_units);
  return repeated;
}

void clients::count_repeat(const request_key &key) {
  const bool is_open =
      std::any_of(open_.begin(), open_.end(), [&](const auto &one) {
        return one.second.asked && one.second.asked->key == key;
      });
  ++counts_[is_open                        ? "repeat: while the first is open"
            : lost_in_crash_.contains(key) ? "repeat: after a crash"
            : answers_.contains(key)       ? "repeat: after an answer"
                                           : "repeat: after a failure"];
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
  for (const auto &id : store_.wallets())
    what.stored[id] = store_.version_of(id);
  const auto start = "client: #" + std::to_string(ticket) + " to node " +
                     std::to_string(what.node) + ": ";
  if (what.asked) {
    const auto &asked = *what.asked;
    trace_(start + describe(asked));
    ++tally_of(asked).sent;
    if (const auto *paid = std::get_if<transfer>(&asked.body))
      debits_.emplace(ticket,
                      debit{asked.wallet, paid->amount, moment_, std::nullopt});
    caf::anon_send(gateway, execute{asked, reply_with<command_answer>(ticket)});
  } else if (what.wallet) {
    trace_(start + "read " + what.wallet->to_string());
    caf::anon_send(
        gateway, read_wallet{*what.wallet, reply_with<wallet_answer>(ticket)});
  } else {
    trace_(start + "list");
    caf::anon_send(gateway, list_wallets{owner, max_listed,
                                         reply_with<wallets_answer>(ticket)});
  }
  open_.emplace(ticket, std::move(what));
}

template <class Answer>
reply_to<Answer> clients::reply_with(std::uint64_t ticket) {
  return reply_to<Answer>(new sink<Answer>(*this, ticket));
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

// -- the end of a node --------------------------------------------------------

void clients::disconnect(std::size_t node) {
  for (const auto &[ticket, what] : open_)
    if (what.node == node) {
      if (const auto spent = debits_.find(ticket); spent != debits_.end())
        spent->second.ended = ++moment_;
      if (what.asked && what.asked->key)
        lost_in_crash_.insert(*what.asked->key);
    }
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
