// wallet-sim: runs the simulation over seeds and stops at the first violation.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>

#include <boost/program_options.hpp>

#include "tests/simulation/bugs.hpp"
#include "tests/simulation/campaign.hpp"

namespace {

namespace po = boost::program_options;
using wallet::simulation::plan;

class bad_usage : public std::runtime_error {
  using runtime_error::runtime_error;
};

void set_seeds(plan &chosen, const std::string &seeds, std::uint64_t fresh) {
  if (fresh > 0) {
    chosen.first = std::random_device()();
    chosen.last = chosen.first + fresh - 1;
    return;
  }
  try {
    const auto dots = seeds.find("..");
    chosen.first = std::stoull(seeds);
    chosen.last = dots == std::string::npos
                      ? chosen.first
                      : std::stoull(seeds.substr(dots + 2));
  } catch (const std::exception &) {
    throw bad_usage("--seeds is a range like 1..200, or a number");
  }
}

/// One a line; `#` begins a remark.
std::vector<std::string> read_expected(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    throw bad_usage("cannot read " + path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line.front() != '#')
      lines.push_back(line);
  return lines;
}

#ifdef WALLET_KNOWN_BUGS
void switch_on(const std::string &name) {
  for (const auto &one : wallet::simulation::bugs)
    if (one.name == name) {
      wallet::active_bug = one.which;
      return;
    }
  throw bad_usage("no such bug: " + name);
}
#else
void switch_on(const std::string &) {
  throw bad_usage("the bugs are in wallet-sim-bugs only");
}
#endif

/// Raises bad_usage and the exceptions of program_options. Nothing: only
/// something to read was asked for.
std::optional<plan> parse(int argc, char **argv) {
  plan chosen;
  std::string seeds, expected;
  std::uint64_t fresh = 0;
  po::options_description options("wallet-sim");
  auto add = options.add_options();
  add("seeds", po::value(&seeds)->default_value("1..200"),
      "a range, or one seed");
  add("fresh", po::value(&fresh), "so many seeds that nobody has tried");
  add("steps", po::value(&chosen.steps)->default_value(chosen.steps),
      "of each run, with faults; then as many as it takes without");
  add("jobs", po::value(&chosen.jobs)->default_value(chosen.jobs), "threads");
  add("trace", "prints every step");
  add("expect", po::value(&expected),
      "a file of what has to happen, one a line");
  add("bug", po::value(&chosen.bug), "puts a known bug in (wallet-sim-bugs)");
  add("list-bugs", "names them");
  add("help,h", "prints this");
  po::variables_map given;
  po::store(po::parse_command_line(argc, argv, options), given);
  po::notify(given);
  if (given.contains("help"))
    std::cout << options;
  if (given.contains("list-bugs"))
    for (const auto &one : wallet::simulation::bugs)
      std::cout << one.name << '\n';
  if (given.contains("help") || given.contains("list-bugs"))
    return std::nullopt;
  chosen.has_trace = given.contains("trace");
  set_seeds(chosen, seeds, fresh);
  if (!expected.empty())
    chosen.expected = read_expected(expected);
  if (!chosen.bug.empty())
    switch_on(chosen.bug);
  if (chosen.last < chosen.first || chosen.jobs < 1)
    throw bad_usage("nothing to run");
  return chosen;
}

} // namespace

int main(int argc, char **argv) {
  try {
    auto chosen = parse(argc, argv);
    if (!chosen)
      return 0;
    return wallet::simulation::campaign(std::move(*chosen)).run() ? 0 : 1;
  } catch (const std::exception &wrong) {
    std::fprintf(stderr, "wallet-sim: %s; see --help\n", wrong.what());
    return 2;
  }
}
