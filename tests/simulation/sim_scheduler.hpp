#pragma once

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include <boost/core/demangle.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/detail/test_actor_clock.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include "actors/lean_actor.hpp"

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

  struct delivery {
    /// E.g. "shard 17".
    std::string to;
    /// The type of the message, e.g. "offer_credit".
    std::string message;
  };

  /// What was delivered; nothing: nobody is runnable.
  std::optional<delivery> step(std::mt19937_64 &random) {
    if (jobs_.empty())
      return std::nullopt;
    const auto chosen = random() % jobs_.size();
    auto *job = jobs_[chosen];
    jobs_[chosen] = jobs_.back();
    jobs_.pop_back();
    auto next = describe(job);
    run(job);
    return next;
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

  static delivery describe(caf::resumable *job) {
    if (auto *lean = dynamic_cast<actors::lean_actor *>(job))
      return {"wallet " + std::to_string(lean->id()), name_of(lean->peek())};
    auto *actor = dynamic_cast<caf::scheduled_actor *>(job);
    auto *element = actor->mailbox().peek();
    return {actor->name() + (" " + std::to_string(actor->id())),
            name_of(element ? &element->content() : nullptr)};
  }

  /// The type of a message of ours without its namespace.
  static std::string name_of(const caf::type_erased_tuple *message) {
    const auto *type =
        message && message->size() > 0 ? message->type(0).second : nullptr;
    if (!type)
      return "message of CAF";
    thread_local std::unordered_map<std::type_index, std::string> names;
    auto &name = names[*type];
    if (name.empty()) {
      name = boost::core::demangle(type->name());
      name.erase(0, name.rfind(':') + 1);
    }
    return name;
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
