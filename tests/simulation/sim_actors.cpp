#include "tests/simulation/sim_actors.hpp"

#include <algorithm>

#include <caf/send.hpp>

namespace wallet::simulation {

using namespace actors;

namespace {

/// Reads: done or not; a lost answer is a failure like any other.
template <class Read>
auto read_or_fail(fate how, Read read)
    -> std::variant<failure, decltype(read())> {
  if (how == fate::done)
    return read();
  return failure::store_unavailable;
}

/// Writes whose lost answer is a failure after the fact.
template <class Write>
auto write_or_fail(fate how, Write write)
    -> std::variant<failure, decltype(write())> {
  if (how == fate::done)
    return write();
  if (how == fate::answer_lost)
    write();
  return failure::store_unavailable;
}

std::string name_of(const storage::append_outcome &outcome) {
  constexpr std::array names{"committed", "duplicates", "rejected", "fenced",
                             "unknown"};
  return names[outcome.index()];
}

} // namespace

caf::behavior sim_writer::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const append &asked) {
        const auto perform = [world, written = asked.written](fate how) {
          const auto write = [&] {
            auto outcome = world->store.append(*written);
            ++world->counts["append: " + name_of(outcome)];
            return outcome;
          };
          switch (how) {
          case fate::done:
            return appended{written->id, write()};
          case fate::refused:
            return appended{written->id, storage::rejected{"refused"}};
          case fate::answer_lost:
            write();
            break;
          case fate::not_begun:
            world->orphans.push_back(written);
            break;
          }
          return appended{written->id, storage::unknown{"lost"}};
        };
        queue("append of " + std::to_string(asked.written->events.size()) +
                  " events",
              perform);
      },
      [=, this](const resolve &asked) {
        const auto perform = [world, written = asked.written,
                              node = node_](fate how) -> resolved {
          const auto find_out = [&]() -> resolved {
            auto found = world->store.resolve(*written, node);
            ++world->counts[std::string("resolve: ") +
                            (!found                ? "another owner"
                             : found->is_committed ? "committed"
                                                   : "not in the store")];
            if (found)
              return {written->id, std::move(*found)};
            return {written->id, fence_found{}};
          };
          if (how == fate::done)
            return find_out();
          if (how == fate::answer_lost)
            find_out();
          return {written->id, failure::store_unavailable};
        };
        queue("resolve", perform);
      },
  };
}

caf::behavior sim_reader::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const load_wallets &asked) {
        queue("load of " + std::to_string(asked.wallets.size()) + " wallets",
              [world, asked](fate how) {
                return wallets_loaded{asked.wallets, read_or_fail(how, [&] {
                                        return world->store.load(asked.wallets);
                                      })};
              });
      },
      [=, this](const find_key &asked) {
        queue("key look-up", [world, asked](fate how) {
          return key_looked_up{asked.ticket, read_or_fail(how, [&] {
                                 auto found =
                                     world->store.find(asked.wallet, asked.key);
                                 ++world->counts[found ? "key look-up: found"
                                                       : "key look-up: new"];
                                 return found;
                               })};
        });
      },
      [=, this](const find_user_wallets &asked) {
        queue("list of a user's wallets", [world, asked](fate how) {
          return user_wallets_found{asked.asked, read_or_fail(how, [&] {
                                      return world->store.wallets_of(
                                          asked.asked.user, asked.asked.limit);
                                    })};
        });
      },
  };
}

caf::behavior sim_log_reader::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const read_log &asked) {
        queue("read of the log", [world, asked](fate how) -> log_read {
          if (how != fate::done)
            return {asked.shard, asked.after, failure::store_unavailable};
          return {asked.shard, asked.after,
                  world->store.read_log(asked.shard, asked.after, asked.limit)};
        });
      },
      [=, this](const read_heads &) {
        queue("read of the heads", [world](fate how) {
          return heads_read{
              read_or_fail(how, [&] { return world->store.heads(); })};
        });
      },
      [=, this](const load_cursors &) {
        queue("load of the relay's cursors", [world](fate how) {
          return cursors_loaded{
              read_or_fail(how, [&] { return world->store.cursors; })};
        });
      },
      [=, this](const save_cursors &asked) {
        if (is_reachable())
          world->store.cursors = asked.cursors;
      },
  };
}

caf::behavior sim_lease_keeper::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const take_shards &) {
        queue("take of the shards", [world, node = node_](fate how) {
          return shards_taken{write_or_fail(how, [&] {
            auto found = world->store.take(node, world->now);
            ++world->counts[std::holds_alternative<storage::owned>(found)
                                ? "take: owner"
                                : "take: standby"];
            return found;
          })};
        });
      },
      [=, this](const renew_lease &) {
        queue("renewal of the lease", [world, node = node_](fate how) {
          return lease_renewed{write_or_fail(how, [&] {
            const bool is_renewed = world->store.renew(node, world->now);
            ++world->counts[is_renewed ? "renewal: done" : "renewal: lost"];
            return is_renewed;
          })};
        });
      },
  };
}

caf::behavior sim_history_writer::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const load_checkpoints &) {
        queue("load of the checkpoints", [world](fate how) {
          return checkpoints_loaded{
              read_or_fail(how, [&] { return world->history.checkpoints(); })};
        });
      },
      [=, this](const apply_rows &asked) {
        queue("apply of " + std::to_string(asked.rows.size()) + " rows",
              [world, asked](fate how) {
                return rows_applied{write_or_fail(how, [&] {
                  const auto outcome =
                      world->history.apply(asked.rows, asked.steps);
                  ++world->counts[outcome == storage::apply_outcome::applied
                                      ? "apply: done"
                                      : "apply: conflict"];
                  return outcome;
                })};
              });
      },
  };
}

caf::behavior sim_producer::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const publish &asked) {
        if (asked.generation != generation_ || !is_reachable())
          return;
        const auto relay = caf::actor_cast<caf::actor>(current_sender());
        queue({"publication of " + std::to_string(asked.events.size()) +
                   " events",
               [=, this](fate how) {
                 // Published before a reset that came meanwhile: gone with it.
                 if (asked.generation != generation_)
                   return;
                 if (how == fate::done || how == fate::answer_lost)
                   for (const auto &one : asked.events)
                     world->topic.publish(one);
                 if (how != fate::done) {
                   caf::anon_send(relay, delivery_reset{++generation_});
                   return;
                 }
                 delivered report{generation_, {}};
                 for (const auto &one : asked.events)
                   report.positions.emplace_back(one.fact.shard,
                                                 one.fact.position);
                 caf::anon_send(relay, std::move(report));
               }});
      },
  };
}

caf::behavior sim_consumer::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const fetch &asked) {
        queue("fetch", [=, this](fate how) -> fetched {
          // A rebalance or a restart of the consumer: from the offsets again.
          if (how != fate::done)
            next_ = world->offsets;
          return {world->topic.read(next_, asked.limit), sim_topic::partitions};
        });
      },
      [=, this](const commit_offsets &asked) {
        if (!is_reachable())
          return;
        for (const auto &[partition, offset] : asked.offsets) {
          auto &known = world->offsets[static_cast<std::size_t>(partition)];
          const auto end = static_cast<std::size_t>(offset) + 1;
          if (!world->topic.is_in(world->history, partition, known, end))
            world->broken = "I10: an offset is committed before its rows";
          known = std::max(known, end);
        }
      },
  };
}

} // namespace wallet::simulation
