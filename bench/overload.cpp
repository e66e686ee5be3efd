#include "bench/overload.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>

#include "bench/cpu_meter.hpp"
#include "bench/report.hpp"

namespace wallet::bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

/// Of recovery, and how fine it is measured.
constexpr double recovered_share = 0.9;
constexpr auto slot = 100ms;

/// Reads the memory of a process every second until it is destroyed.
class memory_watch {
public:
  explicit memory_watch(int pid) {
    if (pid != 0)
      watching_ = std::async(std::launch::async, [this, pid] {
        auto ending = ending_.get_future();
        while (ending.wait_for(1s) == std::future_status::timeout)
          seen_.push_back(resident_bytes(pid));
      });
  }

  std::vector<std::size_t> stop() {
    ending_.set_value();
    if (watching_.valid())
      watching_.get();
    return std::move(seen_);
  }

private:
  std::promise<void> ending_;
  std::vector<std::size_t> seen_;
  std::future<void> watching_;
};

/// Answers by time, in slots.
class timeline {
public:
  explicit timeline(clock::time_point from) : from_(from) {}

  void note(int status) {
    const auto at = std::max(clock::now(), from_) - from_;
    slots_.resize(std::max<std::size_t>(
        slots_.size(), static_cast<std::size_t>(at / slot) + 1));
    auto &now = slots_.back();
    ++(status >= 200 && status < 300 ? now.served : now.refused);
  }

  /// The end of the first slot with so many a second that has no refusal in or
  /// after it.
  std::optional<seconds> first_at(double rate) const {
    auto refused =
        std::find_if(slots_.rbegin(), slots_.rend(),
                     [](const auto &one) { return one.refused > 0; });
    const auto calm = slots_.rend() - refused;
    const auto enough = std::find_if(slots_.begin() + calm, slots_.end(),
                                     [rate](const auto &one) {
                                       return static_cast<double>(one.served) >=
                                              rate * seconds(slot).count();
                                     });
    if (enough == slots_.end())
      return std::nullopt;
    return (enough - slots_.begin() + 1) * seconds(slot);
  }

private:
  struct answers {
    std::uint64_t served = 0, refused = 0;
  };

  clock::time_point from_;
  std::vector<answers> slots_;
};

/// The three loads of one measurement.
class overload {
public:
  overload(const overload_options &options,
           const std::vector<std::string> &wallets)
      : options_(options), wallets_(wallets) {}

  overload_result run() {
    auto load = options_.load;
    load.rate.reset();
    load.duration = options_.closed;
    result_.maximum = send(load, {});
    result_.offered = options_.times * result_.maximum.rate();
    offer_too_much();
    timeline answers(result_.overload.ended);
    load.warm_up = 0ms;
    result_.after = send(load, [&](std::uint64_t, int status,
                                   std::string_view) { answers.note(status); });
    result_.recovery =
        answers.first_at(recovered_share * result_.maximum.rate());
    return std::move(result_);
  }

private:
  void offer_too_much() {
    auto load = options_.load;
    load.rate = result_.offered;
    load.connections = options_.connections;
    load.duration = options_.duration;
    memory_watch memory(options_.pid);
    result_.overload = send(load, {});
    result_.memory = memory.stop();
  }

  measurement send(const load_options &load, const answer_reader &read) {
    const workload requests({.seed = ++seed_, .wallets = wallets_});
    return run_load(
        load,
        [&](std::uint64_t index, std::string &to) {
          return requests.write(index, to);
        },
        read);
  }

  const overload_options &options_;
  const std::vector<std::string> &wallets_;
  std::uint64_t seed_ = 0;
  overload_result result_;
};

std::string megabytes(const std::vector<std::size_t> &memory) {
  std::string text;
  // Ten numbers are enough to see growth.
  const auto step = std::max<std::size_t>(1, memory.size() / 10);
  for (std::size_t i = 0; i < memory.size(); i += step)
    text += std::to_string(memory[i] >> 20) + " ";
  return text.empty() ? "not watched" : text + "MB";
}

std::string share_of(const measurement &found) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", found.own_cpu / found.measured);
  return text;
}

} // namespace

double overload_result::goodput() const {
  return maximum.rate() > 0 ? overload.rate() / maximum.rate() : 0;
}

std::uint64_t overload_result::unexplained() const {
  std::uint64_t sum = 0;
  for (const auto *load : {&maximum, &overload, &after})
    sum += load->failures() - load->refused;
  return sum;
}

overload_result measure_overload(const overload_options &options,
                                 const std::vector<std::string> &wallets) {
  return overload(options, wallets).run();
}

std::string to_text(const overload_result &found) {
  const auto &over = found.overload;
  const auto refused =
      static_cast<double>(over.refusals.count()) / over.measured.count();
  const std::pair<const char *, std::string> rows[] = {
      {"maximum, closed loop",
       with_separators(found.maximum.rate()) + "/s, p99 " +
           in_milliseconds(found.maximum.latency.percentile(99))},
      {"offered, open loop", with_separators(found.offered) + "/s"},
      {"goodput", with_separators(over.rate()) + "/s, " +
                      std::to_string(static_cast<int>(found.goodput() * 100)) +
                      " % of the maximum"},
      {"p50, p99, max of accepted",
       in_milliseconds(over.latency.percentile(50)) + ", " +
           in_milliseconds(over.latency.percentile(99)) + ", " +
           in_milliseconds(over.latency.max())},
      {"refused", with_separators(refused) + "/s"},
      {"p50, p99, max to refusal",
       in_milliseconds(over.refusals.percentile(50)) + ", " +
           in_milliseconds(over.refusals.percentile(99)) + ", " +
           in_milliseconds(over.refusals.max())},
      {"neither served nor refused", std::to_string(found.unexplained())},
      {"memory over time", megabytes(found.memory)},
      {"recovery", found.recovery
                       ? std::to_string(static_cast<int>(
                             found.recovery->count() * 1'000 + 0.5)) +
                             " ms"
                       : "none"},
      {"load's own processors, before and then",
       share_of(found.maximum) + ", " + share_of(over)},
  };
  std::string text;
  for (const auto &[name, value] : rows) {
    char line[160];
    std::snprintf(line, sizeof line, "%-40s %s\n", name, value.c_str());
    text += line;
  }
  return text;
}

int only_wallet_process() {
  int found = 0;
  for (const auto &entry : std::filesystem::directory_iterator("/proc")) {
    const auto pid = entry.path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos)
      continue;
    std::ifstream in(entry.path() / "comm");
    std::string name;
    std::getline(in, name);
    if (name != "wallet")
      continue;
    if (found != 0)
      return 0;
    found = std::stoi(pid);
  }
  return found;
}

} // namespace wallet::bench
