#include "actors/store_actors.hpp"

#include <optional>

#include <spdlog/spdlog.h>

#include "actors/append_queue.hpp"
#include "actors/or_failure.hpp"

namespace wallet::actors {

// -- writer -------------------------------------------------------------------

store_writer_actor::store_writer_actor(caf::actor_config &config,
                                       std::string url, std::string node)
    : event_based_actor(config), store_(std::move(url)),
      node_(std::move(node)) {}

caf::behavior store_writer_actor::make_behavior() {
  return {
      [this](const append &asked) { append_next(asked); },
      [this](const resolve &asked) { return resolve_outcome(asked); },
  };
}

void store_writer_actor::append_next(const append &asked) {
  const auto next = asked.from->take();
  if (!next)
    return;
  auto outcome = store_.append(*next);
  if (append_queue::goes_on(outcome))
    send(this, asked);
  send(asked.sequencer, appended{next, std::move(outcome)});
}

resolved store_writer_actor::resolve_outcome(const resolve &asked) {
  resolved answer{asked.written->id, failure::store_unavailable};
  try {
    if (auto found = store_.resolve(*asked.written, node_))
      answer.outcome = std::move(*found);
    else
      answer.outcome = fence_found{};
  } catch (const storage::unavailable &error) {
    spdlog::warn("resolving an append: {}", error.what());
  }
  return answer;
}

// -- reader -------------------------------------------------------------------

store_reader_actor::store_reader_actor(caf::actor_config &config,
                                       std::string url)
    : event_based_actor(config), store_(std::move(url)) {}

caf::behavior store_reader_actor::make_behavior() {
  return {
      [this](const load_wallets &asked) {
        return wallets_loaded{asked.wallets, or_failure("waking wallets", [&] {
                                return store_.load(asked.wallets);
                              })};
      },
      [this](const find_key &asked) {
        const std::pair key{asked.wallet, asked.key};
        return key_looked_up{
            asked.ticket,
            or_failure("looking a key up",
                       [&]() -> std::optional<storage::stored_transaction> {
                         auto found = store_.find({&key, 1});
                         if (found.empty())
                           return std::nullopt;
                         return std::move(found.front());
                       })};
      },
      [this](const find_user_wallets &asked) {
        return user_wallets_found{
            asked.asked, in_time(asked.asked, "listing a user's wallets", [&] {
              return store_.wallets_of(asked.asked.user, asked.asked.limit);
            })};
      },
  };
}

// -- log reader ---------------------------------------------------------------

log_reader_actor::log_reader_actor(caf::actor_config &config, std::string url,
                                   std::string topic)
    : event_based_actor(config), store_(std::move(url)),
      topic_(std::move(topic)) {}

caf::behavior log_reader_actor::make_behavior() {
  return {
      [this](const read_log &asked) { return read(asked); },
      [this](const read_heads &) {
        return heads_read{or_failure("reading the heads",
                                     [&] { return store_.read_heads(); })};
      },
      [this](const load_cursors &) {
        return cursors_loaded{or_failure("loading the relay's cursors", [&] {
          return store_.load_cursors(topic_);
        })};
      },
      [this](const save_cursors &asked) {
        or_failure("saving the relay's cursors", [&] {
          store_.save_cursors(asked.cursors, topic_, asked.offsets);
          return true;
        });
      },
  };
}

log_read log_reader_actor::read(const read_log &asked) {
  log_read answer{asked.shard, asked.after, failure::store_unavailable};
  try {
    answer.outcome = store_.read_log(asked.shard, asked.after, asked.limit);
  } catch (const storage::unavailable &error) {
    spdlog::warn("reading the log: {}", error.what());
  } catch (const storage::unreadable_event &error) {
    answer.outcome = unreadable{error.what()};
  }
  return answer;
}

// -- lease keeper -------------------------------------------------------------

lease_keeper_actor::lease_keeper_actor(caf::actor_config &config,
                                       const std::string &url, std::string node,
                                       std::chrono::milliseconds lease)
    : event_based_actor(config), store_(url), place_(url),
      node_(std::move(node)), lease_(lease) {}

caf::behavior lease_keeper_actor::make_behavior() {
  return {
      [this](const take_shards &) {
        return shards_taken{or_failure("taking the shards", [&] {
          return store_.take(node_, lease_, place_.hold());
        })};
      },
      [this](const renew_lease &) {
        return lease_renewed{or_failure("renewing the lease", [&] {
          return store_.renew(node_, lease_, place_.hold());
        })};
      },
      [this](const release_lease &asked) {
        const auto released = or_failure("letting the lease go", [&] {
          store_.release(node_);
          return true;
        });
        asked.reply.complete(std::holds_alternative<bool>(released));
      },
  };
}

} // namespace wallet::actors
