#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include <caf/event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace wallet::testing {

/// How the actors behind the front door are to behave; may be changed from any
/// thread.
struct mood {
  /// Questions are kept and not answered ...
  std::atomic<bool> holds_answers{false};
  /// ... or dropped.
  std::atomic<bool> loses_questions{false};
  std::atomic<bool> is_standby{false};
  /// Nobody learns whether this is ready.
  std::atomic<bool> holds_probes{false};
  /// Commands that arrived.
  std::atomic<int> commands{0};
};

/// Gateway and history reader in one, with the rules of events/ and memory for
/// a store. Its clock begins at 2026-01-02T03:04:05Z and goes on by a
/// microsecond with each event.
class in_memory_wallets : public caf::event_based_actor {
public:
  in_memory_wallets(caf::actor_config &config, std::shared_ptr<mood> how);
  caf::behavior make_behavior() override;

private:
  struct done {
    command_body body;
    actors::receipt receipt;
  };

  template <class Question> bool is_answered(const Question &question);
  wallet_id new_id() const;
  actors::command_answer execute(command asked);
  actors::command_answer apply(const command &asked);
  actors::command_answer move(const command &asked, const transfer &how);
  event record(wallet_state &wallet, const event_draft &draft,
               std::optional<event> first_leg = {});
  const wallet_state *find(const wallet_id &id) const;
  std::vector<recorded_event>
  history(const std::function<bool(const recorded_event &)> &wanted) const;

  std::shared_ptr<mood> mood_;
  std::vector<caf::message> held_;
  timestamp now_;
  std::map<wallet_id, wallet_state> wallets_;
  std::vector<wallet_id> in_order_;
  std::vector<recorded_event> log_;
  std::map<request_key, done> done_;
  std::array<log_position, shard_number::count> heads_{};
};

} // namespace wallet::testing
