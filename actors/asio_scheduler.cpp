#include "actors/asio_scheduler.hpp"

#include <boost/asio/defer.hpp>
#include <boost/asio/post.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/resumable.hpp>

namespace wallet::actors {

namespace {

/// Messages an actor may handle before others get their turn: enough to hide
/// the switch, few enough (some 50 us) for sockets to be served in between.
constexpr std::size_t max_messages_per_turn = 32;

/// Hops from actor to actor between two looks at the sockets: a transfer has
/// ten. With one, each hop waits for up to 128 other clients to be read, and
/// under overload what was admitted is behind all that is refused.
constexpr int max_hops_per_turn = 16;

/// CAF wants an actor behind aout(); nothing of ours prints through it.
struct silent_printer : caf::monitorable_actor {
  explicit silent_printer(caf::actor_config &config)
      : caf::monitorable_actor(config) {}
  void enqueue(caf::mailbox_element_ptr, caf::execution_unit *) override {}
};

} // namespace

thread_local io_threads::lane *io_threads::current_ = nullptr;

io_threads::io_threads(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    lanes_.push_back(std::make_unique<lane>());
}

io_threads::~io_threads() { stop(); }

void io_threads::start() {
  for (auto &one : lanes_)
    one->thread = std::thread([&lane = *one] {
      current_ = &lane;
      lane.context.run();
    });
}

void io_threads::stop() {
  for (auto &one : lanes_) {
    one->work.reset();
    one->context.stop();
  }
  for (auto &one : lanes_)
    if (one->thread.joinable())
      one->thread.join();
}

struct asio_scheduler::unit : caf::execution_unit {
  explicit unit(asio_scheduler *owner)
      : execution_unit(&owner->system()), owner_(owner) {}
  void exec_later(caf::resumable *job) override { owner_->enqueue(job); }

private:
  asio_scheduler *owner_;
};

void asio_scheduler::install(caf::actor_system_config &config,
                             io_threads &threads) {
  config.module_factories.emplace_back(
      [&threads](caf::actor_system &system) -> caf::actor_system::module * {
        return new asio_scheduler(system, threads);
      });
}

asio_scheduler::asio_scheduler(caf::actor_system &system, io_threads &threads)
    : abstract_coordinator(system), threads_(threads),
      unit_(std::make_unique<unit>(this)) {}

void asio_scheduler::start() {
  caf::actor_config config{unit_.get()};
  utility_actors_[printer_id] = caf::make_actor<silent_printer, caf::actor>(
      system().next_actor_id(), system().node(), &system(), config);
  timer_ = std::thread([this] { clock_.run_dispatch_loop(); });
}

void asio_scheduler::stop() {
  clock_.cancel_dispatch_loop();
  timer_.join();
  threads_.stop();
  // Nobody else runs now: what is queued ends here.
  for (bool again = true; again;) {
    again = false;
    for (auto &one : threads_.lanes_) {
      auto jobs = std::exchange(one->local, {});
      jobs.insert(jobs.end(), one->remote.begin(), one->remote.end());
      one->remote.clear();
      for (auto *job : jobs) {
        again = true;
        run(job, *unit_);
      }
    }
  }
}

void asio_scheduler::enqueue(caf::resumable *job) {
  if (auto *own = io_threads::current_)
    push_local(*own, job);
  else
    push_remote(job);
}

void asio_scheduler::push_local(io_threads::lane &to, caf::resumable *job) {
  to.local.push_back(job);
  if (!std::exchange(to.is_drain_posted, true))
    drain_later(to);
}

void asio_scheduler::drain_later(io_threads::lane &from) {
  boost::asio::defer(from.context, [this, &from] { drain(from); });
}

void asio_scheduler::push_remote(caf::resumable *job) {
  auto &to = *threads_.lanes_[next_++ % threads_.size()];
  {
    const std::lock_guard lock(to.mutex);
    to.remote.push_back(job);
    if (std::exchange(to.is_remote_posted, true))
      return;
  }
  boost::asio::post(to.context, [this, &to] {
    {
      const std::lock_guard lock(to.mutex);
      to.is_remote_posted = false;
      to.local.insert(to.local.end(), to.remote.begin(), to.remote.end());
      to.remote.clear();
    }
    if (!std::exchange(to.is_drain_posted, true))
      drain(to);
  });
}

void asio_scheduler::drain(io_threads::lane &from) {
  for (int hop = 0; hop < max_hops_per_turn && !from.local.empty(); ++hop) {
    from.running.swap(from.local);
    for (auto *job : from.running)
      run(job, *unit_);
    from.running.clear();
  }
  from.is_drain_posted = !from.local.empty();
  if (from.is_drain_posted)
    drain_later(from);
}

void asio_scheduler::run(caf::resumable *job, caf::execution_unit &on) {
  switch (job->resume(&on, max_messages_per_turn)) {
  case caf::resumable::resume_later:
    enqueue(job);
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
}

} // namespace wallet::actors
