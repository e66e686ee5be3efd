#include "actors/gateway.hpp"

namespace wallet::actors {

namespace {

/// Puts the answers of many wallets back in the order asked, and completes the
/// list with the last of them. The answers come from any thread.
class wallet_gathering {
public:
  using counter = std::shared_ptr<std::atomic<std::size_t>>;

  /// `all`: counts the wallets of all lists while they are gathered.
  wallet_gathering(std::size_t count, counter all,
                   reply_to<wallets_answer> reply)
      : all_(std::move(all)), answers_(count), missing_(count),
        reply_(std::move(reply)) {
    all_->fetch_add(count, std::memory_order_relaxed);
  }
  ~wallet_gathering() {
    all_->fetch_sub(answers_.size(), std::memory_order_relaxed);
  }
  wallet_gathering(const wallet_gathering &) = delete;
  wallet_gathering &operator=(const wallet_gathering &) = delete;

  void put(std::size_t index, wallet_answer answer) {
    answers_[index] = std::move(answer);
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      finish();
  }

private:
  void finish() {
    std::vector<wallet_state> wallets;
    wallets.reserve(answers_.size());
    for (auto &answer : answers_) {
      if (const auto *why = std::get_if<failure>(&answer))
        return reply_.complete(*why);
      // A listed wallet exists: there is no rejection to be had.
      if (auto *found = std::get_if<wallet_state>(&answer))
        wallets.push_back(std::move(*found));
    }
    reply_.complete(std::move(wallets));
  }

  counter all_;
  std::vector<wallet_answer> answers_;
  std::atomic<std::size_t> missing_;
  reply_to<wallets_answer> reply_;
};

class gathered_reply : public reply_target<wallet_answer> {
public:
  gathered_reply(std::shared_ptr<wallet_gathering> all, std::size_t index)
      : all_(std::move(all)), index_(index) {}

protected:
  void fire(wallet_answer answer) noexcept override {
    all_->put(index_, std::move(answer));
  }

private:
  std::shared_ptr<wallet_gathering> all_;
  std::size_t index_;
};

} // namespace

gateway_actor::gateway_actor(caf::actor_config &config, caf::actor reader,
                             environment outside, const limits &within)
    : event_based_actor(config), reader_(std::move(reader)),
      outside_(std::move(outside)), max_gathered_(within.gathered_wallets) {}

caf::behavior gateway_actor::make_behavior() {
  return {
      [this](const execute &request) { on_execute(request); },
      [this](const read_wallet &request) { on_read(request); },
      [this](const list_wallets &request) { on_list(request); },
      [this](const user_wallets_found &answer) { on_user_wallets(answer); },
      [this](const read_readiness &request) {
        readiness state;
        if (closed())
          state.reasons.push_back(owned_ ? "the lease has ended: the database "
                                           "does not answer"
                                         : inactive_.reason);
        request.reply.complete(std::move(state));
      },
      [this](const open_gate &opened) { owned_ = opened.owned; },
      [this](const close_gate &closing) {
        owned_.reset();
        inactive_ = closing;
      },
      [this](const lease_extended &lease) { lease_until_ = lease.until; },
  };
}

void gateway_actor::on_execute(const execute &request) {
  if (const auto why = closed()) {
    request.reply.complete(*why);
    return;
  }
  const bool needs_id =
      request.asked.wallet == wallet_id() &&
      std::holds_alternative<create_wallet>(request.asked.body);
  if (!needs_id) {
    send(shard_for(request.asked.wallet), request);
    return;
  }
  auto with_id = request;
  with_id.asked.wallet = make_wallet_id(outside_.now(), outside_.entropy());
  send(shard_for(with_id.asked.wallet), with_id);
}

void gateway_actor::on_read(const read_wallet &request) {
  if (const auto why = closed())
    request.reply.complete(*why);
  else
    send(shard_for(request.wallet), request);
}

void gateway_actor::on_list(const list_wallets &request) {
  if (const auto why = closed())
    request.reply.complete(*why);
  else
    send(reader_, find_user_wallets{request});
}

void gateway_actor::on_user_wallets(const user_wallets_found &answer) {
  const auto &reply = answer.asked.reply;
  if (const auto *why = std::get_if<failure>(&answer.outcome)) {
    reply.complete(*why);
    return;
  }
  if (const auto why = closed()) {
    reply.complete(*why);
    return;
  }
  const auto &ids = std::get<std::vector<wallet_id>>(answer.outcome);
  if (ids.empty()) {
    reply.complete(std::vector<wallet_state>());
    return;
  }
  const auto others = gathered_->load(std::memory_order_relaxed);
  if (others > 0 && others + ids.size() > max_gathered_) {
    reply.complete(failure::overloaded);
    return;
  }
  auto all = std::make_shared<wallet_gathering>(ids.size(), gathered_, reply);
  for (std::size_t i = 0; i < ids.size(); ++i)
    send(shard_for(ids[i]),
         read_wallet{ids[i],
                     reply_to<wallet_answer>(new gathered_reply(all, i))});
}

std::optional<failure> gateway_actor::closed() const {
  if (!owned_)
    return inactive_.why;
  if (clock().now() >= lease_until_)
    return failure::store_unavailable;
  return std::nullopt;
}

const caf::actor &gateway_actor::shard_for(const wallet_id &wallet) const {
  return owned_->shards[shard_of(wallet).value()];
}

void gateway_actor::on_exit() {
  reader_ = nullptr;
  owned_.reset();
}

} // namespace wallet::actors
