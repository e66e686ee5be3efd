#include "tests/simulation/sim_actors.hpp"

#include <algorithm>

#include <caf/send.hpp>

namespace wallet::simulation {

using namespace actors;

namespace {

/// Reads: done or not; a lost answer is a failure like any other.
template <class Read>
auto read_or_fail(fate what, Read read)
    -> std::variant<failure, decltype(read())> {
  if (what == fate::done)
    return read();
  return failure::store_unavailable;
}

/// Writes whose lost answer is a failure after the fact.
template <class Write>
auto write_or_fail(fate what, Write write)
    -> std::variant<failure, decltype(write())> {
  if (what == fate::done)
    return write();
  if (what == fate::answer_lost)
    write();
  return failure::store_unavailable;
}

} // namespace

caf::behavior sim_writer::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const append &asked) {
        queue([world, written = asked.written](fate what) -> appended {
          switch (what) {
          case fate::done:
            return {written->id, world->store.append(*written)};
          case fate::refused:
            return {written->id, storage::rejected{"refused"}};
          case fate::answer_lost:
            world->store.append(*written);
            break;
          case fate::not_begun:
            world->orphans.push_back(written);
            break;
          }
          return {written->id, storage::unknown{"lost"}};
        });
      },
      [=, this](const resolve &asked) {
        queue([world, written = asked.written,
               node = node_](fate what) -> resolved {
          const auto find_out = [&]() -> resolved {
            if (auto found = world->store.resolve(*written, node))
              return {written->id, std::move(*found)};
            return {written->id, fence_found{}};
          };
          if (what == fate::done)
            return find_out();
          if (what == fate::answer_lost)
            find_out();
          return {written->id, failure::store_unavailable};
        });
      },
  };
}

caf::behavior sim_reader::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const load_wallets &asked) {
        queue([world, asked](fate what) {
          return wallets_loaded{asked.wallets, read_or_fail(what, [&] {
                                  return world->store.load(asked.wallets);
                                })};
        });
      },
      [=, this](const find_key &asked) {
        queue([world, asked](fate what) {
          return key_looked_up{asked.ticket, read_or_fail(what, [&] {
                                 return world->store.find(asked.wallet,
                                                          asked.key);
                               })};
        });
      },
      [=, this](const find_user_wallets &asked) {
        queue([world, asked](fate what) {
          return user_wallets_found{asked.asked, read_or_fail(what, [&] {
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
        queue([world, asked](fate what) -> log_read {
          if (what != fate::done)
            return {asked.shard, asked.after, failure::store_unavailable};
          return {asked.shard, asked.after,
                  world->store.read_log(asked.shard, asked.after, asked.limit)};
        });
      },
      [=, this](const read_heads &) {
        queue([world](fate what) {
          return heads_read{
              read_or_fail(what, [&] { return world->store.heads(); })};
        });
      },
      [=, this](const load_cursors &) {
        queue([world](fate what) {
          return cursors_loaded{
              read_or_fail(what, [&] { return world->store.cursors; })};
        });
      },
      [=](const save_cursors &asked) { world->store.cursors = asked.cursors; },
  };
}

caf::behavior sim_lease_keeper::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const take_shards &) {
        queue([world, node = node_](fate what) {
          return shards_taken{write_or_fail(
              what, [&] { return world->store.take(node, world->now); })};
        });
      },
      [=, this](const renew_lease &) {
        queue([world, node = node_](fate what) {
          return lease_renewed{write_or_fail(
              what, [&] { return world->store.renew(node, world->now); })};
        });
      },
  };
}

caf::behavior sim_history_writer::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const load_checkpoints &) {
        queue([world](fate what) {
          return checkpoints_loaded{
              read_or_fail(what, [&] { return world->history.checkpoints(); })};
        });
      },
      [=, this](const apply_rows &asked) {
        queue([world, asked](fate what) {
          return rows_applied{write_or_fail(what, [&] {
            return world->history.apply(asked.rows, asked.steps);
          })};
        });
      },
  };
}

caf::behavior sim_producer::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const publish &asked) {
        if (asked.generation != generation_ || !world_.is_reachable)
          return;
        const auto relay = caf::actor_cast<caf::actor>(current_sender());
        world->waiting[name_].push_back([=, this](fate what) {
          // Published before a reset that came meanwhile: gone with it.
          if (asked.generation != generation_)
            return;
          if (what == fate::done || what == fate::answer_lost)
            for (const auto &one : asked.events)
              world->topic.publish(one);
          if (what != fate::done) {
            caf::anon_send(relay, delivery_reset{++generation_});
            return;
          }
          delivered report{generation_, {}};
          for (const auto &one : asked.events)
            report.positions.emplace_back(one.fact.shard, one.fact.position);
          caf::anon_send(relay, std::move(report));
        });
      },
  };
}

caf::behavior sim_consumer::make_behavior() {
  auto *world = &world_;
  return {
      [=, this](const fetch &asked) {
        queue([=, this](fate what) -> fetched {
          // A rebalance or a restart of the consumer: from the offsets again.
          if (what != fate::done)
            next_ = world->offsets;
          return {world->topic.read(next_, asked.limit), sim_topic::partitions};
        });
      },
      [=](const commit_offsets &asked) {
        for (const auto &[partition, offset] : asked.offsets) {
          auto &known = world->offsets[static_cast<std::size_t>(partition)];
          known = std::max(known, static_cast<std::size_t>(offset) + 1);
        }
      },
  };
}

} // namespace wallet::simulation
