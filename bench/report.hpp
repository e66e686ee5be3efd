#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/cpu_meter.hpp"
#include "bench/http_load.hpp"

namespace wallet::bench {

/// A figure that was measured once in each round.
struct figure {
  std::vector<double> rounds;

  double median() const;
  double lowest() const;
  double highest() const;
};

/// Round by round: what `ours` is times `theirs`.
figure ratio(const figure &ours, const figure &theirs);

/// A row of the table of goals.
struct goal {
  std::string measure;
  std::string must, aim;
  /// With its unit, and the spread where there were rounds.
  std::string result;
  bool is_met = false;
  std::string command;
};

struct named_measurement {
  std::string name;
  measurement found;
};

struct report {
  std::string title;
  std::vector<goal> goals;
  /// Rates that the ratios come from, a second.
  std::vector<std::pair<std::string, figure>> rates;
  std::vector<named_measurement> workloads;
  /// Processor time in the rounds of uniform transfers, and how many there
  /// were.
  cpu_times cpu;
  double transfers = 0;
  std::vector<std::string> checks;
};

/// "12,345"
std::string with_separators(double number);
/// "3.4 ms"
std::string in_milliseconds(std::chrono::nanoseconds time);

/// For people: one line for a measurement, and its failures if any.
std::string to_text(const std::string &name, const measurement &found);
/// Processor time by part of each of so many requests; "machine" is all.
std::string to_text(const cpu_times &used, double requests);
std::string to_markdown(const report &of, const std::string &command);
std::string to_json(const report &of);
/// Throughput over time, latencies, and the comparison.
std::string to_picture(const report &of);

} // namespace wallet::bench
