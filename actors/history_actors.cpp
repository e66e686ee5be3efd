#include "actors/history_actors.hpp"

#include "actors/or_failure.hpp"
#include "storage/log_copies.hpp"

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
                                                 std::string url,
                                                 std::string ledger_url)
    : event_based_actor(config), store_(std::move(url), "readiness"),
      log_(std::move(ledger_url), "readiness") {}

caf::behavior history_readiness_actor::make_behavior() {
  return {
      [this](const read_readiness &asked) { asked.reply.complete(look()); },
  };
}

readiness history_readiness_actor::look() {
  readiness state;
  const auto reached = or_failure("asking the history's database",
                                  [&] { return store_.load_checkpoints(); });
  const auto *checkpoints = std::get_if<storage::shard_positions>(&reached);
  if (!checkpoints) {
    state.reasons.push_back("the history's database does not answer");
    return state;
  }
  // Later than the checkpoints. The history is readable without the log.
  const auto asked =
      or_failure("reading the heads", [&] { return log_.read_heads(); });
  if (const auto *heads = std::get_if<storage::shard_positions>(&asked))
    for (std::size_t i = 0; i < heads->size(); ++i)
      if ((*checkpoints)[i] > (*heads)[i]) {
        state.reasons.push_back(
            "the history holds more than the event store: " +
            std::string(storage::after_divergence));
        break;
      }
  return state;
}

} // namespace wallet::actors
