#include "tests/simulation/simulation.hpp"

#include <caf/send.hpp>

#include "actors/gateway.hpp"
#include "actors/history.hpp"
#include "actors/ownership.hpp"
#include "actors/relay.hpp"
#include "tests/simulation/clients.hpp"

namespace wallet::simulation {

using namespace actors;

namespace {

/// So small that wallets leave memory all the time: one per shard.
constexpr std::size_t max_resident_wallets = shard_number::count;

/// New wallets fall into this many shards, so that they meet.
constexpr std::uint8_t used_shards = 3;

constexpr std::size_t remembered_steps = 50;

/// Steps without faults after which everything must have ended: a hundred
/// times what any run needed.
constexpr std::size_t max_quiet_steps = 400'000;

/// A timer may overtake messages that wait (a slow actor, a loaded machine);
/// and a consumer that finds nothing must not stop time.
constexpr double time_passes = 0.02;

constexpr timestamp beginning =
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1};

struct quiet_config : caf::actor_system_config {
  quiet_config() {
    sim_scheduler::install(*this);
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

} // namespace

/// What a crash takes away: the actors and their messages.
class simulation::node {
public:
  node(outside_world &world, std::mt19937_64 &random, timestamp &wall_clock,
       const std::string &name)
      : system_(config_),
        scheduler_(dynamic_cast<sim_scheduler &>(system_.scheduler())),
        began_(world.now) {
    system_.await_actors_before_shutdown(false);
    const environment outside{
        .now = [&wall_clock] { return wall_clock; },
        .entropy =
            [&random] {
              std::array<std::uint8_t, 16> bytes;
              for (auto &byte : bytes)
                byte = static_cast<std::uint8_t>(random());
              bytes.back() = static_cast<std::uint8_t>(random() % used_shards);
              return bytes;
            }};
    const auto writer = spawn<sim_writer>(world, name);
    const auto reader = spawn<sim_reader>(world);
    const auto keeper = spawn<sim_lease_keeper>(world, name);
    const auto producer = spawn<sim_producer>(world);
    const auto relay = spawn<relay_actor>(
        spawn<sim_log_reader>(world, "relay's log"), producer);
    gateway_ = spawn<gateway_actor>(reader, outside);
    spawn<ownership_actor>(
        ownership_actor::links{keeper, writer, reader, gateway_, relay},
        outside, max_resident_wallets);
    for (const std::string projector : {"first", "second"})
      spawn<history_actor>(history_actor::links{
          spawn<sim_consumer>(world, projector + " consumer"),
          spawn<sim_log_reader>(world, projector + " log"),
          spawn<sim_history_writer>(world, projector + " history")});
  }

  ~node() {
    for (const auto &one : actors_)
      caf::anon_send_exit(one, caf::exit_reason::kill);
  }

  sim_scheduler &scheduler() { return scheduler_; }
  const caf::actor &gateway() const { return gateway_; }

  /// The database's clock follows the node's timers.
  timestamp time() const {
    return began_ + std::chrono::floor<std::chrono::microseconds>(
                        scheduler_.clock().now().time_since_epoch());
  }

private:
  template <class Actor, class... Arguments>
  caf::actor spawn(Arguments &&...arguments) {
    actors_.push_back(
        system_.spawn<Actor>(std::forward<Arguments>(arguments)...));
    return actors_.back();
  }

  quiet_config config_;
  caf::actor_system system_;
  sim_scheduler &scheduler_;
  timestamp began_;
  std::vector<caf::actor> actors_;
  caf::actor gateway_;
};

simulation::simulation(std::uint64_t seed)
    : random_(seed), world_(ownership_actor::lease), wall_clock_(beginning) {
  world_.now = beginning;
  clients_ = std::make_unique<clients>(world_.store, random_);
  node_ = std::make_unique<node>(world_, random_, wall_clock_, "node 0");
}

simulation::~simulation() { crash_quietly(); }

void simulation::crash_quietly() {
  // Answers that actors give while they are torn down reach nobody.
  clients_->disconnect();
  world_.waiting.clear();
  world_.is_reachable = false;
  node_.reset();
  world_.is_reachable = true;
}

void simulation::crash() {
  count("crash");
  auto &writes = world_.waiting["writer"];
  if (!writes.empty() && chance(0.5)) {
    // The append was on its way: done without an answer, or still to begin.
    writes.front()(chance(0.5) ? fate::answer_lost : fate::not_begun);
  }
  crash_quietly();
  // Half of the time the successor need not wait for the lease.
  if (chance(0.5))
    world_.store.expire_lease();
  node_ = std::make_unique<node>(world_, random_, wall_clock_,
                                 "node " + std::to_string(steps_));
}

void simulation::second_owner() {
  // Somebody else takes the shards while we believe to own them, writes, and
  // goes away.
  count("second owner");
  const std::string name = "second owner";
  const auto heads = world_.store.seize(name);
  clients_->fund_directly(world_.store, heads, world_.now);
  world_.store.release(name);
}

void simulation::run(std::size_t steps) {
  for (std::size_t i = 0; i < steps; ++i)
    step();
  settle_down();
}

void simulation::step() {
  ++steps_;
  const auto choice = pick(1000);
  if (choice < 1) {
    crash();
  } else if (choice < 2) {
    if (chance(0.5))
      second_owner();
  } else if (choice < 5) {
    wall_clock_ += std::chrono::seconds(static_cast<int>(pick(7200)) - 3600);
    count("clock jump");
  } else if (choice < 10 && !world_.orphans.empty()) {
    begin_orphan();
  } else if (choice < 13) {
    disturb_topic();
  } else if (choice < 120) {
    note(clients_->act(node_->gateway()));
  } else if (choice < 300 && perform_one(true)) {
  } else if (choice < 320) {
    pass_time();
  } else if (!node_->scheduler().step(random_)) {
    if (!perform_one(true))
      pass_time();
  } else {
    note("message");
  }
  clients_->check();
}

void simulation::pass_time() {
  node_->scheduler().fire_next_timer();
  const auto now = node_->time();
  wall_clock_ += now - world_.now;
  world_.now = now;
  note("timer");
}

void simulation::begin_orphan() {
  const auto chosen = pick(world_.orphans.size());
  const auto late = world_.orphans[chosen];
  world_.orphans.erase(world_.orphans.begin() +
                       static_cast<std::ptrdiff_t>(chosen));
  const auto outcome = world_.store.append(*late);
  count(std::holds_alternative<storage::committed>(outcome) ? "orphan committed"
                                                            : "orphan fenced");
}

void simulation::disturb_topic() {
  const auto partition = static_cast<std::int32_t>(pick(sim_topic::partitions));
  switch (pick(3)) {
  case 0:
    world_.topic.publish_garbage(partition);
    count("garbage in the topic");
    break;
  case 1:
    world_.topic.lose_tail(partition, 1 + pick(5));
    count("topic lost its tail");
    break;
  default:
    if (const auto size = world_.topic.size(partition); size > 0) {
      world_.topic.publish_again(partition, pick(size));
      count("duplicate in the topic");
    }
  }
}

bool simulation::perform_one(bool with_faults) {
  std::vector<std::string> busy;
  for (const auto &[name, operations] : world_.waiting)
    if (!operations.empty())
      busy.push_back(name);
  if (busy.empty())
    return false;
  const auto &name = busy[pick(busy.size())];
  auto &queue = world_.waiting[name];
  const auto next = std::move(queue.front());
  queue.pop_front();
  auto what = fate::done;
  if (with_faults && chance(0.15)) {
    constexpr std::array others{fate::refused, fate::answer_lost,
                                fate::not_begun};
    constexpr std::array names{"refused", "answer lost", "not begun"};
    const auto chosen = pick(others.size());
    what = others[chosen];
    count(name + ": " + names[chosen]);
  }
  next(what);
  note(name);
  return true;
}

void simulation::settle_down() {
  const auto is_done = [this] {
    return !clients_->has_open_requests() &&
           world_.history.has_all_of(world_.store);
  };
  for (std::size_t i = 0; i < max_quiet_steps; ++i) {
    if (is_done() && !clients_->ask_last_things(node_->gateway()))
      break;
    ++steps_;
    if (chance(time_passes) ||
        (!(chance(0.3) && perform_one(false)) &&
         !node_->scheduler().step(random_) && !perform_one(false)))
      pass_time();
    clients_->check();
    if (i + 1 == max_quiet_steps)
      throw violation("not everything ended: " + clients_->describe_open());
  }
  world_.history.must_equal(world_.store);
  counts_["events"] = world_.store.event_count();
  for (const auto &[what, times] : clients_->counts())
    counts_["client: " + what] = times;
}

bool simulation::chance(double probability) {
  return std::uniform_real_distribution<>(0, 1)(random_) < probability;
}

void simulation::count(const std::string &what) {
  ++counts_[what];
  note(what);
}

void simulation::note(const std::string &what) {
  for (const char c : what)
    trace_hash_ = (trace_hash_ ^ static_cast<std::uint8_t>(c)) * 1099511628211u;
  recent_.push_back(std::to_string(steps_) + " " + what);
  if (recent_.size() > remembered_steps)
    recent_.pop_front();
}

std::string simulation::recent_steps() const {
  std::string all;
  for (const auto &one : recent_)
    all += one + "\n";
  return all;
}

} // namespace wallet::simulation
