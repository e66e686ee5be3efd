#include "bench/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "bench/plot.hpp"

namespace wallet::bench {

namespace {

using milliseconds = std::chrono::duration<double, std::milli>;

struct named_percentile {
  const char *name;
  double percent;
};
constexpr std::array percentiles{
    named_percentile{"p50", 50}, named_percentile{"p90", 90},
    named_percentile{"p99", 99}, named_percentile{"p99.9", 99.9},
    named_percentile{"max", 100}};

std::string spread(const figure &of) {
  return with_separators(of.median()) + " (" + with_separators(of.lowest()) +
         " to " + with_separators(of.highest()) + ")";
}

std::string describe_failures(const measurement &found) {
  std::string text;
  for (const auto &[status, count] : found.statuses)
    if (status < 200 || status >= 300)
      text += ", " + std::to_string(count) + " x " +
              (status == 0 ? "no answer" : std::to_string(status));
  return text;
}

void put_goals(const report &of, std::ostringstream &out) {
  out << "| measure | must | aim | measured | |\n|---|---|---|---|---|\n";
  for (const auto &row : of.goals)
    out << "| " << row.measure << " | " << row.must << " | " << row.aim << " | "
        << row.result << " | " << (row.is_met ? "holds" : "**missed**")
        << " |\n";
}

void put_rates(const report &of, std::ostringstream &out) {
  out << "| what | a second, median (lowest to highest round) |\n|---|---:|\n";
  for (const auto &[name, rate] : of.rates)
    out << "| " << name << " | " << spread(rate) << " |\n";
}

void put_workloads(const report &of, std::ostringstream &out) {
  out << "| workload | a second | p50 | p90 | p99 | p99.9 | max | refused or "
         "lost | load's own processors |\n|---|---:|---:|---:|---:|---:|---:|"
         "---|---:|\n";
  for (const auto &[name, found] : of.workloads) {
    out << "| " << name << " | " << with_separators(found.rate());
    for (const auto &each : percentiles)
      out << " | " << in_milliseconds(found.latency.percentile(each.percent));
    const auto failures = describe_failures(found);
    char share[16];
    std::snprintf(share, sizeof share, "%.2f", found.own_cpu / found.measured);
    out << " | " << (failures.empty() ? "none" : failures.substr(2)) << " | "
        << share << " |\n";
  }
}

void put_cpu(const report &of, std::ostringstream &out) {
  out << "| part | us a transfer |\n|---|---:|\n";
  auto parts = of.cpu;
  auto rest = parts["machine"];
  for (const auto &[name, used] : parts)
    if (name != "machine")
      rest -= used;
  parts["the kernel's own, and other programs"] = rest;
  for (const auto &[name, used] : parts) {
    const auto each = used.count() * 1e6 / of.transfers;
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", each);
    if (each >= 0.1)
      out << "| " << (name == "machine" ? "**all**" : name) << " | " << text
          << " |\n";
  }
}

using json_writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void put(json_writer &out, const measurement &found) {
  out.StartObject();
  out.Key("rate");
  out.Double(found.rate());
  out.Key("seconds");
  out.Double(found.measured.count());
  out.Key("own_cpu_seconds");
  out.Double(found.own_cpu.count());
  out.Key("latency_ms");
  out.StartObject();
  for (const auto &each : percentiles) {
    out.Key(each.name);
    out.Double(milliseconds(found.latency.percentile(each.percent)).count());
  }
  out.EndObject();
  out.Key("statuses");
  out.StartObject();
  for (const auto &[status, count] : found.statuses) {
    out.Key(std::to_string(status).c_str());
    out.Uint64(count);
  }
  out.EndObject();
  out.Key("per_second");
  out.StartArray();
  for (const auto count : found.per_second)
    out.Uint64(count);
  out.EndArray();
  out.EndObject();
}

void put(json_writer &out, const goal &row) {
  out.StartObject();
  for (const auto &[name, text] :
       {std::pair("measure", row.measure), std::pair("must", row.must),
        std::pair("aim", row.aim), std::pair("result", row.result),
        std::pair("command", row.command)}) {
    out.Key(name);
    out.String(text.c_str());
  }
  out.Key("is_met");
  out.Bool(row.is_met);
  out.EndObject();
}

line_chart throughput_chart(const report &of) {
  line_chart chart{"Throughput", "s", "answers a second", {}};
  for (const auto &[name, found] : of.workloads) {
    plot_line line{name, {}};
    for (std::size_t i = 0; i < found.per_second.size(); ++i)
      line.points.emplace_back(static_cast<double>(i + 1),
                               static_cast<double>(found.per_second[i]));
    chart.lines.push_back(std::move(line));
  }
  return chart;
}

/// The x axis is "nines": 1 is p90, 2 is p99, 3 is p99.9.
line_chart latency_chart(const report &of) {
  line_chart chart{"Latency", "nines (1: p90, 2: p99, 3: p99.9)", "ms", {}};
  chart.is_y_logarithmic = true;
  for (const auto &[name, found] : of.workloads) {
    if (found.latency.count() == 0)
      continue;
    plot_line line{name, {}};
    for (double nines = 0; nines <= 3.01; nines += 0.25) {
      const auto value =
          found.latency.percentile(100 - 100 * std::pow(10, -nines));
      line.points.emplace_back(nines, milliseconds(value).count());
    }
    chart.lines.push_back(std::move(line));
  }
  return chart;
}

} // namespace

double figure::median() const {
  if (rounds.empty())
    return 0;
  auto sorted = rounds;
  std::sort(sorted.begin(), sorted.end());
  const auto middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle]
                                : (sorted[middle - 1] + sorted[middle]) / 2;
}

double figure::lowest() const {
  return rounds.empty() ? 0 : *std::min_element(rounds.begin(), rounds.end());
}

double figure::highest() const {
  return rounds.empty() ? 0 : *std::max_element(rounds.begin(), rounds.end());
}

figure ratio(const figure &ours, const figure &theirs) {
  figure result;
  const auto rounds = std::min(ours.rounds.size(), theirs.rounds.size());
  for (std::size_t i = 0; i < rounds; ++i)
    result.rounds.push_back(ours.rounds[i] / theirs.rounds[i]);
  return result;
}

std::string with_separators(double number) {
  auto text = std::to_string(std::llround(number));
  for (auto at = static_cast<int>(text.size()) - 3; at > (number < 0 ? 1 : 0);
       at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string in_milliseconds(std::chrono::nanoseconds time) {
  const auto value = milliseconds(time).count();
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.2f ms" : "%.0f ms", value);
  return text;
}

std::string to_text(const std::string &name, const measurement &found) {
  auto line = name;
  line.resize(std::max<std::size_t>(line.size(), 34), ' ');
  line += with_separators(found.rate()) + "/s";
  for (const auto &each : percentiles)
    line += std::string("  ") + each.name + " " +
            in_milliseconds(found.latency.percentile(each.percent));
  return line + describe_failures(found);
}

std::string to_text(const cpu_times &used, double requests) {
  std::string lines;
  for (const auto &[name, time] : used) {
    char text[96];
    std::snprintf(text, sizeof text, "%10.1f us  %s\n",
                  time.count() * 1e6 / requests, name.c_str());
    lines += text;
  }
  return lines;
}

std::string to_markdown(const report &of, const std::string &command) {
  std::ostringstream out;
  out << "# Results\n\n"
      << of.title << "\n\n    " << command << "\n\n"
      << "Figures are medians of the rounds, with the lowest and the highest; "
         "a ratio is taken\nwithin each round, so that noise of the machine "
         "hits both sides.\n\n## Goals\n\n";
  put_goals(of, out);
  out << "\n![throughput, latencies and the comparison](results.svg)\n\n"
         "## Rates\n\n";
  put_rates(of, out);
  out << "\n## Workloads\n\n";
  put_workloads(of, out);
  out << "\n## Processor time of a uniform transfer\n\n";
  put_cpu(of, out);
  out << "\n## Commands\n\n";
  for (const auto &row : of.goals)
    out << "- " << row.measure << ":\n  `" << row.command << "`\n";
  out << "\n## Checks\n\n";
  for (const auto &line : of.checks)
    out << "- " << line << "\n";
  return out.str();
}

std::string to_json(const report &of) {
  rapidjson::StringBuffer text;
  json_writer out(text);
  out.StartObject();
  out.Key("title");
  out.String(of.title.c_str());
  out.Key("goals");
  out.StartArray();
  for (const auto &row : of.goals)
    put(out, row);
  out.EndArray();
  out.Key("rates");
  out.StartObject();
  for (const auto &[name, rate] : of.rates) {
    out.Key(name.c_str());
    out.StartArray();
    for (const auto value : rate.rounds)
      out.Double(value);
    out.EndArray();
  }
  out.EndObject();
  out.Key("workloads");
  out.StartObject();
  for (const auto &[name, found] : of.workloads) {
    out.Key(name.c_str());
    put(out, found);
  }
  out.EndObject();
  out.Key("cpu_us_per_transfer");
  out.StartObject();
  if (of.transfers > 0)
    for (const auto &[name, used] : of.cpu) {
      out.Key(name.c_str());
      out.Double(used.count() * 1e6 / of.transfers);
    }
  out.EndObject();
  out.EndObject();
  return std::string(text.GetString(), text.GetSize()) + "\n";
}

std::string to_picture(const report &of) {
  std::vector<chart> charts;
  if (!of.rates.empty()) {
    bar_chart bars{
        "Transfers a second (events, for the append limit)", "/s", {}};
    for (const auto &[name, rate] : of.rates)
      bars.bars.push_back({name, rate.median()});
    charts.emplace_back(std::move(bars));
  }
  charts.emplace_back(throughput_chart(of));
  charts.emplace_back(latency_chart(of));
  return to_svg(charts);
}

} // namespace wallet::bench
