#include "tests/simulation/simulation.hpp"

#include "actors/ownership.hpp"
#include "tests/simulation/violation.hpp"

namespace wallet::simulation {

using namespace actors;

namespace {

constexpr std::size_t remembered_steps = 50;

constexpr timestamp beginning =
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1};

} // namespace

simulation::simulation(std::uint64_t seed, tracer trace)
    : random_(seed), likely_(random_),
      world_(ownership_actor::lease, likely_.within),
      clients_(world_.store, likely_, random_,
               [this](const std::string &what) { note(what); }),
      wall_clock_(beginning), trace_(std::move(trace)) {
  world_.now = beginning;
  count(likely_.has_kafka ? "runs with Kafka" : "runs without Kafka");
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    start(i);
}

simulation::~simulation() {
  trace_ = {};
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    tear_down(i);
}

void simulation::run(std::size_t steps) {
  const auto backup_at = pick(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    if (i == backup_at)
      make_backup();
    step();
  }
  settle_down();
  restore_backup();
}

// -- nodes --------------------------------------------------------------------

void simulation::start(std::size_t number) {
  const auto name =
      "node " + std::to_string(number) + "/" + std::to_string(steps_);
  nodes_[number] =
      std::make_unique<sim_node>(world_, likely_, random_, wall_clock_, name);
}

void simulation::tear_down(std::size_t number) {
  // Answers that actors give while they are torn down reach nobody.
  auto &gone = nodes_[number];
  clients_.disconnect(number);
  world_.waiting.erase(gone->name());
  world_.unreachable = gone->name();
  gone.reset();
}

void simulation::crash(std::size_t number) {
  count("node: crash");
  // What was on its way: done without an answer, still to begin, or lost.
  for (auto &[connection, operations] : world_.waiting[nodes_[number]->name()])
    if (!operations.empty() && chance(2. / 3))
      operations.front().perform(chance(0.5) ? fate::answer_lost
                                             : fate::not_begun);
  // Half of the time nobody need wait for its lease.
  if (chance(0.5))
    world_.store.release(nodes_[number]->name());
  tear_down(number);
  start(number);
}

void simulation::restart_stopped() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i]->has_stopped()) {
      count("node: stopped");
      tear_down(i);
      start(i);
    }
}

void simulation::seize_from_outside() {
  // Somebody else takes the shards while a node believes to own them, and
  // writes. Its lease keeps the nodes away until theirs have ended: a read can
  // rely on nothing else.
  count("node: owner from outside");
  const auto heads = world_.store.seize(outsider, world_.now);
  clients_.fund_directly(world_.store, heads, world_.now);
}

// -- a step -------------------------------------------------------------------

void simulation::step() {
  ++steps_;
  restart_stopped();
  // What cannot be done now gives way to what is to be done.
  if (!take(likely_.draw(random_)) && !deliver_one() &&
      !perform_one(likely_.operation_fault))
    pass_time();
  check();
}

void simulation::check() const {
  clients_.check();
  if (!world_.broken.empty())
    throw violation(world_.broken);
}

bool simulation::take(action chosen) {
  switch (chosen) {
  case action::deliver_message:
    return deliver_one();
  case action::perform_operation:
    return perform_one(likely_.operation_fault);
  case action::pass_time:
    return pass_time();
  case action::send_request: {
    const auto number = clients_.choose_node();
    clients_.act(number, nodes_[number]->gateway());
    return true;
  }
  case action::disturb_node:
    return disturb_node();
  case action::jump_clock:
    return jump_clock();
  case action::begin_late_write:
    return begin_late_write();
  case action::disturb_topic:
    return disturb_topic();
  }
  return false;
}

bool simulation::disturb_node() {
  const auto number = pick(nodes_.size());
  auto &chosen = *nodes_[number];
  switch (pick(8)) {
  case 0:
  case 1:
    crash(number);
    break;
  case 2:
    seize_from_outside();
    break;
  case 3:
    count("node: slow");
    move_time_to(world_.now + std::chrono::milliseconds(pick(8'000)));
    break;
  case 4:
    count("node: told to stop");
    chosen.stop();
    break;
  default:
    chosen.is_frozen = !chosen.is_frozen;
    count(chosen.is_frozen ? "node: freeze" : "node: thaw");
    break;
  }
  return true;
}

bool simulation::jump_clock() {
  wall_clock_ += std::chrono::seconds(static_cast<int>(pick(7200)) - 3600);
  count("clock jump");
  return true;
}

bool simulation::begin_late_write() {
  if (world_.late_writes.empty())
    return false;
  const auto chosen = pick(world_.late_writes.size());
  const auto late = std::move(world_.late_writes[chosen]);
  world_.late_writes.erase(world_.late_writes.begin() +
                           static_cast<std::ptrdiff_t>(chosen));
  count("late: " + kind_of(late.what));
  late.begin();
  return true;
}

bool simulation::disturb_topic() {
  const auto partition = static_cast<std::int32_t>(pick(sim_topic::partitions));
  const auto size = world_.topic.size(partition);
  switch (pick(7)) {
  case 0:
  case 1:
    world_.topic.publish_garbage(partition);
    count("topic: garbage");
    return true;
  case 2:
  case 3:
    if (size == 0)
      return false;
    world_.topic.lose_tail(partition, 1 + pick(5));
    count("topic: tail lost");
    return true;
  case 4:
  case 5:
    if (size == 0)
      return false;
    world_.topic.publish_again(partition, pick(size));
    count("topic: duplicate");
    return true;
  default:
    make_unreadable();
    return true;
  }
}

void simulation::make_unreadable() {
  // A newer release may have written it; an older one does not skip it.
  const shard_number shard(pick(likely_.used_shards));
  world_.unreadable.try_emplace(shard,
                                next(world_.store.heads()[shard.value()]));
  count("log: the next event of a shard is unreadable");
}

bool simulation::deliver_one() {
  const auto first = pick(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    auto &one = *nodes_[(first + i) % nodes_.size()];
    if (one.is_frozen)
      continue;
    if (const auto done = one.deliver_one(random_)) {
      note(one.name() + ": " + done->message + " to " + done->to);
      ++world_.counts["message: " + done->message];
      return true;
    }
  }
  return false;
}

bool simulation::perform_one(double fault_probability) {
  using connections = decltype(world_.waiting)::mapped_type;
  std::vector<std::pair<const std::string *, connections::value_type *>> busy;
  for (auto &[node_name, of_node] : world_.waiting)
    for (auto &connection : of_node)
      if (!connection.second.empty())
        busy.emplace_back(&node_name, &connection);
  if (busy.empty())
    return false;
  const auto &[node_name, connection] = busy[pick(busy.size())];
  auto &queue = connection->second;
  const auto next = std::move(queue.front());
  queue.pop_front();
  auto how = fate::done;
  std::string how_text;
  if (chance(fault_probability)) {
    constexpr std::array others{fate::refused, fate::answer_lost,
                                fate::not_begun};
    constexpr std::array names{"refused", "answer lost", "not begun"};
    const auto chosen = pick(others.size());
    how = others[chosen];
    how_text = std::string(": ") + names[chosen];
    ++world_.counts[kind_of(next.what) + how_text];
  }
  note(*node_name + ": " + next.what + how_text);
  next.perform(how);
  return true;
}

bool simulation::pass_time() {
  sim_node *next = nullptr;
  for (const auto &one : nodes_)
    if (!one->is_frozen && (!next || one->next_timer() < next->next_timer()))
      next = one.get();
  if (!next) {
    nodes_[pick(nodes_.size())]->is_frozen = false;
    count("node: thaw");
    return true;
  }
  // Its actors have not begun yet.
  if (next->next_timer() == timestamp::max())
    return false;
  move_time_to(std::max(world_.now, next->next_timer()));
  next->fire_next_timer();
  note(next->name() + ": timer");
  return true;
}

void simulation::move_time_to(timestamp now) {
  wall_clock_ += now - world_.now;
  world_.now = now;
  for (const auto &one : nodes_)
    one->move_time_to(now);
}

// -- what is told -------------------------------------------------------------

void simulation::on_log(bool is_critical, const std::string &text) {
  // Without its numbers and names, so that equal events count together.
  ++world_.counts["log: " + kind_of(text)];
  if (!is_critical)
    return;
  if (is_restored_)
    is_loss_told_ = true;
  else if (world_.unreadable.empty() && world_.broken.empty())
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
