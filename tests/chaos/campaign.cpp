#include "tests/chaos/campaign.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <utility>

#include <unistd.h>

namespace wallet::chaos {

using namespace std::chrono_literals;

namespace {

/// Long enough for a few hundred answers with sanitizers.
constexpr auto calm = 1s;
/// How long a recovery is waited for: a lease, a crash recovery, a JVM, all on
/// a busy machine. Recovery times are reported; this bound finds what hangs.
constexpr auto recovery_patience = 60s;
/// Full speed is a figure, not a promise: two cores have other work, too.
constexpr auto full_speed_patience = 15s;
constexpr double full_speed = 0.8;
/// Kafka's consumer group needs its session timeout (10 s) after an outage.
constexpr auto history_patience = 120s;
/// The service needs a tenth (a quarter with sanitizers).
constexpr std::int64_t max_resident_bytes = std::int64_t{3} << 30;

std::int64_t resident_bytes(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t total = 0, resident = 0;
  in >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

std::string names_of(const drill &made) {
  std::string names;
  for (const auto *one : made.faults)
    names += (names.empty() ? "" : " + ") + std::to_string(one->number) + " " +
             std::string(one->name);
  return names;
}

} // namespace

double campaign::measure_rate() {
  const auto from = on_.clients().now();
  on_.hold(calm);
  sample_memory();
  return on_.clients().successes().rate_between(from, on_.clients().now());
}

void campaign::sample_memory() {
  const int pid = on_.server().pid();
  const auto resident = resident_bytes(pid);
  memory_.push_back({on_.clients().now(), pid, resident});
  on_.expect(resident < max_resident_bytes, "the server takes " +
                                                std::to_string(resident >> 20) +
                                                " MB of memory (I12)");
}

void campaign::run(const std::vector<const fault *> &together, double share) {
  drill made{.faults = together};
  std::printf("%7.1f s  %s\n",
              std::chrono::duration<double>(on_.clients().now()).count(),
              names_of(made).c_str());
  std::fflush(stdout);
  made.rate_before = measure_rate();
  const auto before = on_.clients().so_far();
  made.injected = on_.clients().now();
  std::sort(made.faults.begin(), made.faults.end(),
            [](const fault *a, const fault *b) {
              return std::pair(!a->needs_server, a->hits) <
                     std::pair(!b->needs_server, b->hits);
            });
  std::vector<healing> healings;
  std::chrono::milliseconds lasts{0};
  for (const auto *one : made.faults) {
    healings.insert(healings.begin(), one->inject(on_));
    lasts = std::max(lasts, on_.chosen().is_short ? one->brief : one->lasts);
  }
  on_.hold(
      std::chrono::duration_cast<std::chrono::milliseconds>(lasts * share));
  for (const auto &heal : healings)
    heal();
  made.healed = on_.clients().now();
  recover(made);
  made.answers = on_.clients().so_far().since(before);
  judge(made);
  print_new_findings();
  drills_.push_back(std::move(made));
}

/// The user of a long run wants to know at once.
void campaign::print_new_findings() {
  const auto found = on_.wrong().lines();
  for (; printed_ < found.size(); ++printed_)
    std::printf("WRONG: %s\n", found[printed_].c_str());
  std::fflush(stdout);
}

void campaign::recover(drill &made) {
  const auto target = on_.log_length();
  const auto &successes = on_.clients().successes();
  const auto since_healing = [&](std::optional<moment> when) {
    return when ? std::optional(std::max(moment{}, *when - made.healed)) : when;
  };
  await([&] { return successes.first_after(made.healed).has_value(); },
        recovery_patience);
  made.first_success = since_healing(successes.first_after(made.healed));
  await(
      [&] {
        made.full_speed = since_healing(successes.reached_after(
            made.healed, made.rate_before * full_speed, on_.clients().now()));
        return made.full_speed.has_value();
      },
      full_speed_patience);
  if (await([&] { return on_.history_length() >= target; }, history_patience,
            database_pause))
    made.history_caught_up = on_.clients().now() - made.healed;
}

void campaign::judge(const drill &made) {
  const auto name = names_of(made);
  on_.expect(made.first_success.has_value(),
             name + ": the service does not serve again");
  on_.expect(made.history_caught_up.has_value(),
             name + ": the history does not catch up (I10)");
  auto allowed = impact::none;
  for (const auto *one : made.faults)
    allowed = std::max(allowed, one->allowed);
  const auto &got = made.answers;
  if (allowed == impact::none)
    on_.expect(got.failed() == 0,
               name + ": " + std::to_string(got.failed()) + " failed commands");
  if (allowed == impact::refusals) {
    on_.expect(got.unknown == 0,
               name + ": " + std::to_string(got.unknown) + " unknown outcomes");
    on_.expect_no_effect_of_silence(made.injected, made.healed);
  }
}

void campaign::run_mix(const std::vector<const fault *> &among, moment end) {
  auto &random = on_.random();
  const auto some = [&] { return among[random.below(among.size())]; };
  while (on_.clients().now() < end) {
    std::vector<const fault *> together{some()};
    const auto *second = some();
    // Faults of clients look at their own answers: those come alone.
    const bool fits = second->hits != together[0]->hits &&
                      second->hits != part::clients &&
                      together[0]->hits != part::clients;
    if (fits && random.below(3) == 0)
      together.push_back(second);
    // Most are short, some are as long as they can be.
    const auto share = random.fraction();
    run(together, share * share);
    on_.hold(std::chrono::milliseconds(random.below(3'000)));
  }
}

} // namespace wallet::chaos
