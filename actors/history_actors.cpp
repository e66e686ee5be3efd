#include "actors/history_actors.hpp"

#include "actors/or_failure.hpp"

namespace wallet::actors {

history_writer_actor::history_writer_actor(caf::actor_config &config,
                                           std::string url)
    : event_based_actor(config), store_(std::move(url)) {}

caf::behavior history_writer_actor::make_behavior() {
  return {
      [this](const load_checkpoints &) {
        return checkpoints_loaded{
            or_failure("loading the history's checkpoints",
                       [&] { return store_.load_checkpoints(); })};
      },
      [this](const apply_rows &asked) {
        return rows_applied{or_failure("applying rows to the history", [&] {
          return store_.apply(asked.rows, asked.steps);
        })};
      },
  };
}

history_reader_actor::history_reader_actor(caf::actor_config &config,
                                           std::string url)
    : event_based_actor(config), store_(std::move(url)) {}

caf::behavior history_reader_actor::make_behavior() {
  return {
      [this](const read_wallet_history &asked) {
        asked.reply.complete(in_time(asked, "reading a wallet's history", [&] {
          return store_.of_wallet(asked.wallet, asked.limit);
        }));
      },
      [this](const read_user_activity &asked) {
        asked.reply.complete(in_time(asked, "reading a user's activity", [&] {
          return store_.of_user(asked.user, asked.limit);
        }));
      },
  };
}

history_readiness_actor::history_readiness_actor(caf::actor_config &config,
                                                 std::string url)
    : event_based_actor(config), store_(std::move(url), "readiness") {}

caf::behavior history_readiness_actor::make_behavior() {
  return {
      [this](const read_readiness &asked) { asked.reply.complete(look()); },
      [this](const history_diverged &news) { divergence_ = news.why; },
  };
}

readiness history_readiness_actor::look() {
  readiness state;
  const auto reached = or_failure("asking the history's database",
                                  [&] { return store_.load_checkpoints(); });
  if (std::holds_alternative<failure>(reached))
    state.reasons.push_back("the history's database does not answer");
  if (divergence_)
    state.reasons.push_back(*divergence_);
  return state;
}

} // namespace wallet::actors
