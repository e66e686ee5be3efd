#include "tests/simulation/campaign.hpp"

#include <csignal>
#include <cstdio>
#include <thread>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "tests/simulation/simulation.hpp"

namespace wallet::simulation {

namespace {

/// What this thread runs: the actors' log lines go there.
thread_local simulation *running = nullptr;
thread_local std::uint64_t running_seed = 0;

class run_log : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
protected:
  void sink_it_(const spdlog::details::log_msg &line) override {
    if (running)
      running->on_log(line.level == spdlog::level::critical,
                      {line.payload.data(), line.payload.size()});
  }
  void flush_() override {}
};

/// An assertion, or an exception where none may be: the seed is all there is.
void tell_seed(int) {
  std::printf("seed %llu: the process ended itself\n",
              static_cast<unsigned long long>(running_seed));
  std::fflush(stdout);
}

/// On a terminal the line is rewritten after each run, elsewhere a line is
/// written so often, in seconds.
constexpr double progress_every_s = 30;

} // namespace

bool campaign::run() {
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("run", std::make_shared<run_log>()));
  std::signal(SIGABRT, tell_seed);
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < chosen_.jobs; ++i)
    threads.emplace_back([this] { work(); });
  work();
  for (auto &one : threads)
    one.join();
  return !has_failed_ && report();
}

void campaign::work() {
  while (!has_failed_) {
    const auto seed = next_++;
    if (seed > chosen_.last)
      return;
    run_once(seed);
    show_progress();
  }
}

void campaign::run_once(std::uint64_t seed) {
  simulation::tracer trace;
  if (chosen_.has_trace)
    trace = [](const std::string &step) { std::puts(step.c_str()); };
  running_seed = seed;
  simulation run(seed, trace);
  running = &run;
  try {
    run.run(chosen_.steps);
  } catch (const std::exception &broken) {
    fail(seed, chosen_.has_trace ? "" : run.recent_steps(), broken.what());
  }
  running = nullptr;
  const std::lock_guard guard(lock_);
  ++done_;
  for (const auto &[what, times] : run.counts())
    sums_[what] += times;
}

void campaign::fail(std::uint64_t seed, const std::string &steps,
                    const std::string &why) {
  const std::lock_guard guard(lock_);
  if (has_failed_.exchange(true))
    return;
  end_progress();
  std::printf("%sseed %llu, run %zu: %s\n"
              "again: scripts/simulate%s --seeds %llu --steps %zu --trace\n",
              steps.c_str(), static_cast<unsigned long long>(seed), done_ + 1,
              why.c_str(),
              chosen_.bug.empty() ? "" : (" --bug " + chosen_.bug).c_str(),
              static_cast<unsigned long long>(seed), chosen_.steps);
}

double campaign::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                       began_)
      .count();
}

void campaign::show_progress() {
  const std::lock_guard guard(lock_);
  const bool is_terminal = isatty(STDERR_FILENO) != 0;
  if (has_failed_ || (!is_terminal && seconds() - shown_at_ < progress_every_s))
    return;
  shown_at_ = seconds();
  std::fprintf(
      stderr, "%s%zu of %llu runs, %.0f a minute%s",
      is_terminal ? "\r\033[K" : "", done_,
      static_cast<unsigned long long>(chosen_.last - chosen_.first + 1),
      60 * static_cast<double>(done_) / shown_at_, is_terminal ? "" : "\n");
}

void campaign::end_progress() const {
  if (isatty(STDERR_FILENO))
    std::fputs("\r\033[K", stderr);
}

bool campaign::report() const {
  end_progress();
  for (const auto &[what, times] : sums_)
    std::printf("%12zu %s\n", times, what.c_str());
  bool is_complete = true;
  for (const auto &what : chosen_.expected)
    if (!sums_.contains(what)) {
      std::printf("never happened: %s\n", what.c_str());
      is_complete = false;
    }
  std::printf("seeds %llu..%llu, %zu steps each and the end: no violation; "
              "%.1f s\n",
              static_cast<unsigned long long>(chosen_.first),
              static_cast<unsigned long long>(chosen_.last), chosen_.steps,
              seconds());
  return is_complete;
}

} // namespace wallet::simulation
