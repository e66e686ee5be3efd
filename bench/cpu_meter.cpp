#include "bench/cpu_meter.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <unistd.h>

#include "storage/postgres_connection.hpp"

namespace wallet::bench {

namespace {

namespace fs = std::filesystem;
using seconds = std::chrono::duration<double>;

double ticks_per_second() {
  static const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return ticks;
}

struct task {
  std::string name;
  seconds used{};
};

/// proc_pid_stat(5): the name stands in parentheses, utime and stime are the
/// 12th and 13th field after it.
task read_task(const fs::path &folder) {
  std::ifstream in(folder / "stat");
  const std::string line{std::istreambuf_iterator<char>(in), {}};
  const auto open = line.find('('), close = line.rfind(')');
  if (open == std::string::npos || close == std::string::npos)
    return {}; // it has just ended
  std::istringstream rest(line.substr(close + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return {line.substr(open + 1, close - open - 1),
          seconds((user + system) / ticks_per_second())};
}

/// What each backend is for, by process id.
std::map<std::string, std::string>
backend_purposes(const std::string &database_url) {
  std::map<std::string, std::string> purposes;
  if (database_url.empty())
    return purposes;
  storage::postgres_connection connection(
      {.url = database_url, .purpose = "bench"});
  const auto found = connection.script(
      "select pid, coalesce(nullif(application_name, ''), backend_type) "
      "from pg_stat_activity");
  for (std::size_t i = 0; i < found.size(); ++i)
    purposes[std::string(found[i].text(0))] = found[i].text(1);
  return purposes;
}

void add_threads(const fs::path &process, cpu_times &to) {
  std::error_code ended;
  for (const auto &thread : fs::directory_iterator(process / "task", ended)) {
    const auto found = read_task(thread.path());
    to["service: " + found.name] += found.used;
  }
}

seconds machine_time() {
  std::ifstream in("/proc/stat");
  std::string word;
  in >> word;
  // user nice system idle iowait irq softirq steal
  std::vector<double> fields(8);
  for (auto &field : fields)
    in >> field;
  const auto busy = fields[0] + fields[1] + fields[2] + fields[5] + fields[6];
  return seconds(busy / ticks_per_second());
}

} // namespace

cpu_times read_cpu_times(const std::string &database_url) {
  const auto purposes = backend_purposes(database_url);
  const auto self = std::to_string(getpid());
  cpu_times times;
  for (const auto &entry : fs::directory_iterator("/proc")) {
    const auto pid = entry.path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos)
      continue;
    const auto found = read_task(entry.path());
    if (pid == self)
      times["load generator"] += found.used;
    else if (const auto known = purposes.find(pid); known != purposes.end())
      times["PostgreSQL: " + known->second] += found.used;
    else if (found.name == "postgres")
      times["PostgreSQL: rest"] += found.used;
    else if (found.name == "wallet")
      add_threads(entry.path(), times);
    else if (found.name == "java")
      times["Kafka broker"] += found.used;
  }
  times["machine"] = machine_time();
  return times;
}

cpu_times difference(const cpu_times &after, const cpu_times &before) {
  cpu_times used;
  for (const auto &[name, time] : after) {
    const auto earlier = before.find(name);
    used[name] = time - (earlier == before.end() ? seconds() : earlier->second);
  }
  return used;
}

std::size_t resident_bytes(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/statm");
  std::size_t total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

} // namespace wallet::bench
