#include "tests/simulation/sim_actors.hpp"

#include <algorithm>

#include <caf/send.hpp>

#include "actors/append_queue.hpp"
#include "storage/topic_walk.hpp"

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

void commit(outside_world &world, const commit_offsets &asked) {
  for (const auto &[partition, offset] : asked.offsets) {
    auto &known = world.offsets[static_cast<std::size_t>(partition)];
    const auto end = static_cast<std::size_t>(offset) + 1;
    if (!world.topic.is_in(world.history, partition, known, end,
                           world.unreadable))
      world.broken = "I10: an offset is committed before its rows";
    known = std::max(known, end);
  }
}

void save(outside_world &world, const save_cursors &asked) {
  world.saved.cursors = asked.cursors;
  for (const auto &[partition, offset] : asked.offsets)
    world.saved.offsets[partition] = offset;
}

/// As storage::find_divergence.
std::optional<std::string> find_divergence(const outside_world &world) {
  storage::topic_walk walk(world.saved.cursors, world.store.heads());
  for (const auto &record : world.topic.tail(world.saved.offsets))
    walk.take(record, false);
  for (const auto &one : walk.ends())
    if (const auto *logged = world.store.at(one.shard, one.position);
        !logged || !storage::is_same(*logged, one))
      return "the topic holds what the event store has lost";
  return std::nullopt;
}

std::string counted(std::size_t number, const std::string &what) {
  return " (" + std::to_string(number) + " " + what + ")";
}

} // namespace

std::string kind_of(const std::string &what) {
  const auto end = what.find_first_of("0123456789(:");
  return end == std::string::npos
             ? what
             : what.substr(0, what.find_last_not_of(' ', end - 1) + 1);
}

caf::behavior sim_writer::make_behavior() {
  auto *world = &world_;
  return {
      [this](const append &asked) { append_next(asked); },
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
        queue_write("resolve", perform);
      },
  };
}

void sim_writer::append_next(const append &asked) {
  const auto next = asked.from->take();
  if (!next)
    return;
  const auto write = [world = &world_, next] {
    if (next->events.size() >= world->within.events_per_batch)
      ++world->counts["append: as much as allowed"];
    auto outcome = world->store.append(*next);
    ++world->counts["append: " + name_of(outcome)];
    return outcome;
  };
  const auto what = "append" + counted(next->events.size(), "events");
  const auto perform = [=, this](fate how) -> storage::append_outcome {
    if (how == fate::done)
      return write();
    if (how == fate::refused)
      return storage::rejected{"refused"};
    if (how == fate::answer_lost)
      write();
    else
      begin_later(what, write);
    return storage::unknown{"lost"};
  };
  queue({what, [=, writer = caf::actor(this)](fate how) {
           auto outcome = perform(how);
           if (append_queue::goes_on(outcome))
             caf::anon_send(writer, asked);
           caf::anon_send(asked.sequencer, appended{next, std::move(outcome)});
         }});
}

caf::behavior sim_reader::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const load_wallets &asked) {
        queue_read("load" + counted(asked.wallets.size(), "wallets"),
                   [world, asked](fate how) {
                     if (asked.wallets.size() == world->within.wallets_per_load)
                       ++world->counts["load: as many as allowed"];
                     return wallets_loaded{
                         asked.wallets, read_or_fail(how, [&] {
                           return world->store.load(asked.wallets);
                         })};
                   });
      },
      [=, this](const find_key &asked) {
        queue_read("key look-up", [world, asked](fate how) {
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
        queue_read("list of a user's wallets", [world, asked](fate how) {
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
        queue_read("read of the log", [world, asked](fate how) -> log_read {
          log_read answer{asked.shard, asked.after, failure::store_unavailable};
          if (how != fate::done)
            return answer;
          auto events =
              world->store.read_log(asked.shard, asked.after, asked.limit);
          if (events.size() == asked.limit)
            ++world->counts["read of the log: as much as allowed"];
          if (std::any_of(events.begin(), events.end(), [&](const auto &one) {
                const auto bad = world->unreadable.find(one.fact.shard);
                return bad != world->unreadable.end() &&
                       bad->second == one.fact.position;
              }))
            answer.outcome = unreadable{"not one of our events"};
          else
            answer.outcome = std::move(events);
          return answer;
        });
      },
      [=, this](const read_heads &) {
        queue_read("read of the heads", [world](fate how) {
          return heads_read{
              read_or_fail(how, [&] { return world->store.heads(); })};
        });
      },
      [=, this](const load_cursors &) {
        queue_read("load of the relay's cursors", [world](fate how) {
          return cursors_loaded{
              read_or_fail(how, [&] { return world->saved.cursors; })};
        });
      },
      [=, this](const save_cursors &asked) {
        queue({"saving of the relay's cursors", [world, asked](fate how) {
                 if (how == fate::done)
                   save(*world, asked);
               }});
      },
  };
}

caf::behavior sim_lease_keeper::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const take_shards &) {
        const auto seen = world->store.sum_of_epochs();
        queue_write("take of the shards", [=, this, node = node_](fate how) {
          shards_taken answer{write_or_fail(how, [&] {
            auto found = world->store.take(node, world->now, seen);
            ++world->counts[std::holds_alternative<storage::owned>(found)
                                ? "take: owner"
                                : "take: standby"];
            return found;
          })};
          if (how == fate::done)
            tenure_ = world->store.tenures();
          return answer;
        });
      },
      [=, this](const renew_lease &) {
        queue_write("renewal of the lease", [=, this, node = node_](fate how) {
          lease_renewed answer{write_or_fail(how, [&] {
            const bool is_renewed = world->store.renew(node, world->now);
            ++world->counts[is_renewed ? "renewal: done" : "renewal: lost"];
            return is_renewed;
          })};
          const auto *is_renewed = std::get_if<bool>(&answer.outcome);
          if (is_renewed && *is_renewed && world->store.tenures() != tenure_)
            world->broken = "a node that lost the shards does not learn of it";
          return answer;
        });
      },
      [=, this](const release_lease &asked) {
        queue({"release of the lease", [world, asked, node = node_](fate how) {
                 if (how == fate::done || how == fate::answer_lost)
                   world->store.release(node);
                 asked.reply.complete(how == fate::done);
               }});
      },
  };
}

caf::behavior sim_history_writer::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const load_checkpoints &) {
        queue_read("load of the checkpoints", [world](fate how) {
          return checkpoints_loaded{
              read_or_fail(how, [&] { return world->history.checkpoints(); })};
        });
      },
      [=, this](const apply_rows &asked) {
        queue_write(
            "apply" + counted(asked.rows.size(), "rows"),
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
        const auto bring = [world, events = asked.events] {
          storage::partition_offsets ends;
          for (const auto &one : events) {
            const auto [partition, offset] = world->topic.publish(one);
            ends[partition] = offset;
          }
          return ends;
        };
        queue({"publication" + counted(asked.events.size(), "events"),
               [=, this](fate how) {
                 // Published before a reset that came meanwhile: gone with it.
                 if (asked.generation != generation_)
                   return;
                 delivered report{generation_, {}, {}};
                 if (how == fate::done || how == fate::answer_lost)
                   report.offsets = bring();
                 if (how == fate::not_begun)
                   begin_later("publication", bring);
                 if (how != fate::done) {
                   caf::anon_send(relay, delivery_reset{++generation_});
                   return;
                 }
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
        queue_read("fetch", [=, this](fate how) -> fetched {
          // A rebalance or a restart of the consumer: from the offsets again.
          if (how != fate::done)
            next_ = world->offsets;
          auto records = world->topic.read(next_, asked.limit);
          if (records.size() == asked.limit)
            ++world->counts["fetch: as much as allowed"];
          return {std::move(records), sim_topic::partitions};
        });
      },
      [=, this](const commit_offsets &asked) {
        queue({"commit of offsets", [=](fate how) {
                 if (how == fate::done || how == fate::answer_lost)
                   commit(*world, asked);
               }});
      },
  };
}

caf::behavior sim_topic_checker::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const check_topic &) {
        queue_read("comparison of the topic", [world](fate how) {
          return topic_checked{
              read_or_fail(how, [&] { return find_divergence(*world); })};
        });
      },
  };
}

} // namespace wallet::simulation
