// wallet-sim: runs the simulation over seeds and stops at the first violation.

#include <atomic>
#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/program_options.hpp>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "tests/simulation/simulation.hpp"

namespace {

using wallet::simulation::simulation;

struct arguments {
  std::uint64_t first = 1;
  std::uint64_t last = 200;
  std::size_t steps = 2'000;
  /// Runs each seed so many times; all must go the same way.
  std::size_t repeat = 1;
  unsigned jobs = 1;
  bool has_trace = false;
  /// What has to happen at least once in all runs.
  std::vector<std::string> expected;
};

class bad_usage : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Raises bad_usage and the exceptions of program_options. Nothing: only the
/// help was asked for.
std::optional<arguments> parse(int argc, char **argv) {
  namespace po = boost::program_options;
  arguments chosen;
  std::string seeds;
  std::uint64_t fresh = 0;
  po::options_description options("wallet-sim");
  auto add = options.add_options();
  add("seeds", po::value(&seeds)->default_value("1..200"),
      "a range, or one seed");
  add("fresh", po::value(&fresh), "so many seeds that nobody has tried");
  add("steps", po::value(&chosen.steps)->default_value(2'000),
      "of each run, with faults; then as many as it takes without");
  add("jobs", po::value(&chosen.jobs)->default_value(1), "threads");
  add("repeat", po::value(&chosen.repeat)->default_value(1),
      "runs of each seed, which must all go the same way");
  add("trace", "prints every step");
  add("expect", po::value(&chosen.expected)->composing(),
      "fails when this never happened; may be given several times");
  add("help,h", "prints this");
  po::variables_map given;
  po::store(po::parse_command_line(argc, argv, options), given);
  po::notify(given);
  if (given.contains("help")) {
    std::cout << options;
    return std::nullopt;
  }
  chosen.has_trace = given.contains("trace");
  try {
    const auto dots = seeds.find("..");
    chosen.first = std::stoull(seeds);
    chosen.last = dots == std::string::npos
                      ? chosen.first
                      : std::stoull(seeds.substr(dots + 2));
  } catch (const std::exception &) {
    throw bad_usage("--seeds is a range like 1..200, or a number");
  }
  if (fresh > 0) {
    chosen.first = std::random_device()();
    chosen.last = chosen.first + fresh - 1;
  }
  if (chosen.last < chosen.first || chosen.jobs < 1 || chosen.repeat < 1)
    throw bad_usage("nothing to run");
  return chosen;
}

/// Gives what the actors log to the run of their thread.
class run_log : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
  static thread_local simulation *current;

protected:
  void sink_it_(const spdlog::details::log_msg &line) override {
    if (current)
      current->on_log(line.level == spdlog::level::critical,
                      {line.payload.data(), line.payload.size()});
  }
  void flush_() override {}
};

thread_local simulation *run_log::current = nullptr;

using totals = std::map<std::string, std::size_t>;

/// The runs of all threads.
class campaign {
public:
  explicit campaign(arguments chosen)
      : chosen_(std::move(chosen)), next_(chosen_.first) {}

  /// False: a violation, which is told.
  bool run() {
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < chosen_.jobs; ++i)
      threads.emplace_back([this] { work(); });
    work();
    for (auto &one : threads)
      one.join();
    return !has_failed_ && report();
  }

private:
  void work() {
    while (!has_failed_) {
      const auto seed = next_++;
      if (seed > chosen_.last)
        return;
      run_repeatedly(seed);
      show_progress();
    }
  }

  void run_repeatedly(std::uint64_t seed) {
    std::optional<std::uint64_t> first;
    for (std::size_t i = 0; i < chosen_.repeat; ++i) {
      const auto trace = run_once(seed);
      if (!trace)
        return;
      if (first && *trace != *first)
        fail(seed, "", "two runs went two ways");
      first = trace;
    }
  }

  /// The hash of its trace; nothing after a violation.
  std::optional<std::uint64_t> run_once(std::uint64_t seed) {
    simulation::tracer trace;
    if (chosen_.has_trace)
      trace = [](const std::string &step) { std::puts(step.c_str()); };
    simulation run(seed, trace);
    run_log::current = &run;
    std::optional<std::uint64_t> hash;
    try {
      run.run(chosen_.steps);
      hash = run.trace_hash();
    } catch (const std::exception &broken) {
      fail(seed, chosen_.has_trace ? "" : run.recent_steps(), broken.what());
    }
    run_log::current = nullptr;
    const std::lock_guard guard(lock_);
    ++done_;
    for (const auto &[what, times] : run.counts())
      sums_[what] += times;
    return hash;
  }

  void fail(std::uint64_t seed, const std::string &steps,
            const std::string &why) {
    const std::lock_guard guard(lock_);
    if (has_failed_.exchange(true))
      return;
    end_progress();
    std::printf("%sseed %llu, the %zu. run: %s\n"
                "again: wallet-sim --seeds %llu --steps %zu --trace\n",
                steps.c_str(), static_cast<unsigned long long>(seed), done_ + 1,
                why.c_str(), static_cast<unsigned long long>(seed),
                chosen_.steps);
  }

  void show_progress() {
    if (!is_terminal_)
      return;
    const std::lock_guard guard(lock_);
    if (!has_failed_)
      std::fprintf(stderr, "\r\033[K%zu of %llu runs", done_,
                   static_cast<unsigned long long>(
                       (chosen_.last - chosen_.first + 1) * chosen_.repeat));
  }

  void end_progress() const {
    if (is_terminal_)
      std::fputs("\r\033[K", stderr);
  }

  bool report() const {
    end_progress();
    for (const auto &[what, times] : sums_)
      std::printf("%12zu %s\n", times, what.c_str());
    bool is_complete = true;
    for (const auto &what : chosen_.expected)
      if (!sums_.contains(what)) {
        std::printf("never happened: %s\n", what.c_str());
        is_complete = false;
      }
    std::printf("seeds %llu..%llu, %zu steps each and the end: no violation\n",
                static_cast<unsigned long long>(chosen_.first),
                static_cast<unsigned long long>(chosen_.last), chosen_.steps);
    return is_complete;
  }

  const arguments chosen_;
  const bool is_terminal_ = isatty(STDERR_FILENO) != 0;
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> has_failed_{false};
  std::mutex lock_; // of what follows
  std::size_t done_ = 0;
  totals sums_;
};

} // namespace

int main(int argc, char **argv) {
  try {
    auto chosen = parse(argc, argv);
    if (!chosen)
      return 0;
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("run", std::make_shared<run_log>()));
    return campaign(std::move(*chosen)).run() ? 0 : 1;
  } catch (const std::exception &wrong) {
    std::fprintf(stderr, "wallet-sim: %s; see --help\n", wrong.what());
    return 2;
  }
}
