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
      : name_(name), system_(config_),
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
    const auto connect = [&]<class Actor>(const std::string &connection) {
      return spawn<Actor>(world, name, connection);
    };
    const auto writer = connect.operator()<sim_writer>("writer");
    const auto reader = connect.operator()<sim_reader>("reader");
    const auto keeper = connect.operator()<sim_lease_keeper>("lease keeper");
    const auto relay =
        spawn<relay_actor>(connect.operator()<sim_log_reader>("relay's log"),
                           connect.operator()<sim_producer>("producer"));
    gateway_ = spawn<gateway_actor>(reader, outside);
    spawn<ownership_actor>(
        ownership_actor::links{keeper, writer, reader, gateway_, relay},
        outside, max_resident_wallets);
    spawn<history_actor>(history_actor::links{
        connect.operator()<sim_consumer>("consumer"),
        connect.operator()<sim_log_reader>("history's log"),
        connect.operator()<sim_history_writer>("history")});
  }

  ~node() {
    for (const auto &one : actors_)
      caf::anon_send_exit(one, caf::exit_reason::kill);
  }

  const std::string &name() const { return name_; }
  sim_scheduler &scheduler() { return scheduler_; }
  const caf::actor &gateway() const { return gateway_; }

  /// A frozen node does nothing; its timers wait, but time goes on for it too.
  bool is_frozen = false;

  /// When the next timer is due, on the world's clock.
  timestamp next_timer() const {
    const auto due = scheduler_.next_timer();
    return due == sim_scheduler::time_point::max()
               ? timestamp::max()
               : began_ + std::chrono::ceil<std::chrono::microseconds>(
                              due.time_since_epoch());
  }
  void move_time_to(timestamp now) {
    scheduler_.move_time_to(sim_scheduler::time_point(now - began_));
  }

private:
  template <class Actor, class... Arguments>
  caf::actor spawn(Arguments &&...arguments) {
    actors_.push_back(
        system_.spawn<Actor>(std::forward<Arguments>(arguments)...));
    return actors_.back();
  }

  std::string name_;
  quiet_config config_;
  caf::actor_system system_;
  sim_scheduler &scheduler_;
  timestamp began_;
  std::vector<caf::actor> actors_;
  caf::actor gateway_;
};

simulation::simulation(std::uint64_t seed, tracer trace)
    : random_(seed), world_(ownership_actor::lease), trace_(std::move(trace)),
      wall_clock_(beginning) {
  world_.now = beginning;
  clients_ = std::make_unique<clients>(
      world_.store, random_, [this](const std::string &what) { note(what); });
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    start(i);
}

simulation::~simulation() {
  trace_ = {};
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    tear_down(i);
}

void simulation::start(std::size_t number) {
  const auto name =
      "node " + std::to_string(number) + "/" + std::to_string(steps_);
  nodes_[number] = std::make_unique<node>(world_, random_, wall_clock_, name);
}

void simulation::tear_down(std::size_t number) {
  // Answers that actors give while they are torn down reach nobody.
  auto &gone = nodes_[number];
  clients_->disconnect(number);
  world_.waiting.erase(gone->name());
  world_.unreachable = gone->name();
  gone.reset();
}

void simulation::crash(std::size_t number) {
  count("crash");
  auto &writes = world_.waiting[nodes_[number]->name()]["writer"];
  if (!writes.empty() && chance(0.5)) {
    // The append was on its way: done without an answer, or still to begin.
    writes.front().perform(chance(0.5) ? fate::answer_lost : fate::not_begun);
  }
  // Half of the time nobody need wait for its lease.
  if (chance(0.5))
    world_.store.release(nodes_[number]->name());
  tear_down(number);
  start(number);
}

void simulation::outside_owner() {
  // Somebody else takes the shards while a node believes to own them, and
  // writes. Its lease keeps the nodes away until theirs have ended: a read can
  // rely on nothing else.
  count("owner from outside");
  const auto heads = world_.store.seize("outside", world_.now);
  clients_->fund_directly(world_.store, heads, world_.now);
}

void simulation::run(std::size_t steps) {
  for (std::size_t i = 0; i < steps; ++i)
    step();
  settle_down();
}

void simulation::step() {
  ++steps_;
  const auto choice = pick(1000);
  if (choice < 3) {
    disturb_nodes();
  } else if (choice < 6) {
    wall_clock_ += std::chrono::seconds(static_cast<int>(pick(7200)) - 3600);
    count("clock jump");
  } else if (choice < 11 && !world_.orphans.empty()) {
    begin_orphan();
  } else if (choice < 14) {
    disturb_topic();
  } else if (choice < 120) {
    const auto number = clients_->choose_node();
    clients_->act(number, nodes_[number]->gateway());
  } else if (choice < 300 && perform_one(true)) {
  } else if (choice < 320) {
    pass_time();
  } else if (!deliver_one() && !perform_one(true)) {
    pass_time();
  }
  check();
}

void simulation::disturb_nodes() {
  const auto number = pick(nodes_.size());
  auto &chosen = *nodes_[number];
  switch (pick(6)) {
  case 0:
  case 1:
    crash(number);
    break;
  case 2:
    outside_owner();
    break;
  case 3:
    count("slow");
    move_time_to(world_.now + std::chrono::milliseconds(pick(8'000)));
    break;
  default:
    chosen.is_frozen = !chosen.is_frozen;
    count(chosen.is_frozen ? "freeze" : "thaw");
    break;
  }
}

bool simulation::deliver_one() {
  const auto first = pick(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    auto &one = *nodes_[(first + i) % nodes_.size()];
    if (one.is_frozen)
      continue;
    if (const auto who = one.scheduler().step(random_)) {
      note(one.name() + ": message to " + *who);
      return true;
    }
  }
  return false;
}

void simulation::pass_time() {
  node *next = nullptr;
  for (const auto &one : nodes_)
    if (!one->is_frozen && (!next || one->next_timer() < next->next_timer()))
      next = one.get();
  if (!next) {
    nodes_[pick(nodes_.size())]->is_frozen = false;
    count("thaw");
    return;
  }
  move_time_to(std::max(world_.now, next->next_timer()));
  next->scheduler().fire_next_timer();
  note(next->name() + ": timer");
}

void simulation::move_time_to(timestamp now) {
  wall_clock_ += now - world_.now;
  world_.now = now;
  for (const auto &one : nodes_)
    one->move_time_to(now);
}

void simulation::begin_orphan() {
  const auto chosen = pick(world_.orphans.size());
  const auto late = world_.orphans[chosen];
  world_.orphans.erase(world_.orphans.begin() +
                       static_cast<std::ptrdiff_t>(chosen));
  const auto outcome = world_.store.append(*late);
  count(std::holds_alternative<storage::committed>(outcome)
            ? "late append: committed"
            : "late append: fenced");
}

void simulation::disturb_topic() {
  const auto partition = static_cast<std::int32_t>(pick(sim_topic::partitions));
  switch (pick(3)) {
  case 0:
    world_.topic.publish_garbage(partition);
    count("topic: garbage");
    break;
  case 1:
    world_.topic.lose_tail(partition, 1 + pick(5));
    count("topic: tail lost");
    break;
  default:
    if (const auto size = world_.topic.size(partition); size > 0) {
      world_.topic.publish_again(partition, pick(size));
      count("topic: duplicate");
    }
  }
}

bool simulation::perform_one(bool with_faults) {
  using connections = decltype(world_.waiting)::mapped_type;
  std::vector<std::pair<const std::string *, connections::value_type *>> busy;
  for (auto &[node_name, of_node] : world_.waiting)
    for (auto &connection : of_node)
      if (!connection.second.empty())
        busy.emplace_back(&node_name, &connection);
  if (busy.empty())
    return false;
  const auto &[node_name, connection] = busy[pick(busy.size())];
  auto &[name, queue] = *connection;
  const auto next = std::move(queue.front());
  queue.pop_front();
  auto how = fate::done;
  std::string how_text;
  if (with_faults && chance(0.15)) {
    constexpr std::array others{fate::refused, fate::answer_lost,
                                fate::not_begun};
    constexpr std::array names{"refused", "answer lost", "not begun"};
    const auto chosen = pick(others.size());
    how = others[chosen];
    how_text = std::string(": ") + names[chosen];
    ++world_.counts[name + how_text];
  }
  note(*node_name + ": " + next.what + how_text);
  next.perform(how);
  return true;
}

void simulation::settle_down() {
  for (const auto &one : nodes_)
    one->is_frozen = false;
  const auto is_done = [this] {
    return !clients_->has_open_requests() &&
           world_.history.has_all_of(world_.store) &&
           world_.topic.has_had(world_.store);
  };
  for (std::size_t i = 0; i < max_quiet_steps; ++i) {
    if (is_done()) {
      const auto number = clients_->choose_node();
      if (!clients_->ask_last_things(number, nodes_[number]->gateway()))
        break;
    }
    ++steps_;
    if (chance(time_passes) || (!(chance(0.3) && perform_one(false)) &&
                                !deliver_one() && !perform_one(false)))
      pass_time();
    check();
    if (i + 1 == max_quiet_steps)
      throw violation("not everything ended: " + clients_->describe_open());
  }
  world_.history.must_equal(world_.store);
  clients_->must_have_asked_for_everything();
  check();
  world_.counts["events"] = world_.store.event_count();
  for (const auto &[what, times] : clients_->counts())
    world_.counts["client: " + what] = times;
}

void simulation::check() const {
  clients_->check();
  if (!world_.broken.empty())
    throw violation(world_.broken);
}

void simulation::on_log(bool is_critical, const std::string &text) {
  // Without its numbers and names, so that equal events count together.
  ++world_.counts["log: " + text.substr(0, text.find_first_of("0123456789(:"))];
  if (is_critical && world_.broken.empty())
    world_.broken = text;
}

bool simulation::chance(double probability) {
  return std::uniform_real_distribution<>(0, 1)(random_) < probability;
}

void simulation::count(const std::string &what) {
  ++world_.counts[what];
  note(what);
}

void simulation::note(const std::string &what) {
  for (const char c : what)
    trace_hash_ = (trace_hash_ ^ static_cast<std::uint8_t>(c)) * 1099511628211u;
  recent_.push_back(std::to_string(steps_) + " " + what);
  if (trace_)
    trace_(recent_.back());
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
