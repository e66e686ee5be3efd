#pragma once

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/detail/test_actor_clock.hpp>
#include <caf/local_actor.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

namespace wallet::simulation {

/// A CAF scheduler for one thread, driven from outside: each step lets one
/// runnable actor, chosen by the caller's random source, handle one message.
/// Time is virtual and moves only from timer to timer.
class sim_scheduler : public caf::scheduler::abstract_coordinator {
public:
  explicit sim_scheduler(caf::actor_system &system)
      : abstract_coordinator(system), unit_(this) {}

  static void install(caf::actor_system_config &config) {
    config.module_factories.emplace_back(
        [](caf::actor_system &system) -> caf::actor_system::module * {
          return new sim_scheduler(system);
        });
  }

  bool has_work() const { return !jobs_.empty(); }

  /// Who got a message, e.g. "shard 17"; nothing: nobody is runnable.
  std::optional<std::string> step(std::mt19937_64 &random) {
    if (jobs_.empty())
      return std::nullopt;
    const auto chosen = random() % jobs_.size();
    auto *job = jobs_[chosen];
    jobs_[chosen] = jobs_.back();
    jobs_.pop_back();
    auto who = name_of(job);
    run(job);
    return who;
  }

  using time_point = caf::actor_clock::time_point;

  /// When the next timer is due; max() without one.
  time_point next_timer() const { return clock_.next_timer(); }
  void fire_next_timer() { clock_.trigger_timeout(); }
  /// Time never goes back.
  void move_time_to(time_point now) {
    clock_.current_time = std::max(clock_.current_time, now);
  }

  caf::detail::test_actor_clock &clock() noexcept override { return clock_; }
  bool detaches_utility_actors() const override { return false; }

protected:
  void start() override {
    struct silent_printer : caf::monitorable_actor {
      explicit silent_printer(caf::actor_config &config)
          : caf::monitorable_actor(config) {}
      void enqueue(caf::mailbox_element_ptr, caf::execution_unit *) override {}
    };
    caf::actor_config config{&unit_};
    utility_actors_[printer_id] = caf::make_actor<silent_printer, caf::actor>(
        system().next_actor_id(), system().node(), &system(), config);
  }

  void stop() override {
    clock_.cancel_all();
    while (!jobs_.empty()) {
      auto *job = jobs_.back();
      jobs_.pop_back();
      run(job);
    }
  }

  void enqueue(caf::resumable *job) override { jobs_.push_back(job); }

private:
  struct unit : caf::execution_unit {
    explicit unit(sim_scheduler *scheduler)
        : execution_unit(&scheduler->system()), owner(scheduler) {}
    void exec_later(caf::resumable *job) override {
      owner->jobs_.push_back(job);
    }
    sim_scheduler *owner;
  };

  struct readable_clock : caf::detail::test_actor_clock {
    time_point next_timer() const {
      return schedule_.empty() ? time_point::max() : schedule_.begin()->first;
    }
  };

  static std::string name_of(caf::resumable *job) {
    const auto *actor = dynamic_cast<caf::local_actor *>(job);
    return actor ? actor->name() + (" " + std::to_string(actor->id()))
                 : "a wallet";
  }

  void run(caf::resumable *job) {
    switch (job->resume(&unit_, 1)) {
    case caf::resumable::resume_later:
      jobs_.push_back(job);
      break;
    case caf::resumable::done:
    case caf::resumable::awaiting_message:
      caf::intrusive_ptr_release(job);
      break;
    case caf::resumable::shutdown_execution_unit:
      break;
    }
  }

  unit unit_;
  std::vector<caf::resumable *> jobs_;
  readable_clock clock_;
};

} // namespace wallet::simulation
