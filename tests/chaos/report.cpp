#include "tests/chaos/report.hpp"

#include <algorithm>
#include <map>
#include <ostream>

#include <boost/format.hpp>

namespace wallet::chaos {

namespace {

using boost::format;

double seconds(moment time) {
  return std::chrono::duration<double>(time).count();
}

/// Times of one kind: those that came, and how many did not.
class spread {
public:
  void add(std::optional<moment> time) {
    if (time)
      times_.push_back(seconds(*time));
    else
      ++missing_;
  }

  /// "p50/max" in seconds.
  std::string text() {
    if (times_.empty())
      return "-";
    std::sort(times_.begin(), times_.end());
    return (format("%.2f/%.2f") % times_[times_.size() / 2] % times_.back())
               .str() +
           (missing_ ? " (" + std::to_string(missing_) + " later)" : "");
  }

private:
  std::vector<double> times_;
  std::size_t missing_ = 0;
};

struct recoveries {
  std::size_t count = 0;
  spread first_success, full_speed, history;
  tally answers;
};

std::string label_of(const drill &made) {
  return made.faults.size() > 1 ? "two at once"
                                : (format("%2d %s") % made.faults[0]->number %
                                   made.faults[0]->name)
                                      .str();
}

void print_drills(std::ostream &out, const std::vector<drill> &drills) {
  std::map<std::string, recoveries> by_name;
  for (const auto &one : drills) {
    auto &sum = by_name[label_of(one)];
    ++sum.count;
    sum.first_success.add(one.first_success);
    sum.full_speed.add(one.full_speed);
    sum.history.add(one.history_caught_up);
    sum.answers = sum.answers.with(one.answers);
  }
  out << format("\n%-36s %5s  %-18s %-18s %-18s %9s %8s\n") % "fault" %
             "times" % "first success" % "full speed" % "history" % "not done" %
             "unknown";
  out << "                                            seconds after the "
         "healing, p50/max\n";
  for (auto &[name, sum] : by_name)
    out << format("%-36s %5d  %-18s %-18s %-18s %9d %8d\n") % name % sum.count %
               sum.first_success.text() % sum.full_speed.text() %
               sum.history.text() %
               (sum.answers.turned_away + sum.answers.unreachable) %
               (sum.answers.unknown + sum.answers.silent);
}

void print_answers(std::ostream &out, const tally &answers,
                   const verdict &found, moment longest) {
  const auto &unknown = found.unknown;
  out << format("\nrequests %d, events in the log %d\n") % found.requests %
             found.events;
  out << format("answers: done %d, repeated as before %d, refused %d, nothing "
                "done %d, outcome unknown %d, none %d, no server %d; reads %d; "
                "the longest wait %.1f s\n") %
             answers.done % answers.replayed % answers.refused %
             answers.turned_away % answers.unknown % answers.silent %
             answers.unreachable % answers.reads % seconds(longest);
  out << format("unknown outcomes: %d requests; explained %d: already done %d, "
                "done by a repetition %d, refused then %d, in the log %d, not "
                "in the log %d\n") %
             unknown.open % unknown.explained() % unknown.replayed %
             unknown.done_later % unknown.refused_later % unknown.in_log %
             unknown.not_in_log;
  out << format("at the end %d requests were repeated with their keys\n") %
             found.repeated;
}

/// The first and the last of each process that lived for a while.
void print_memory(std::ostream &out, const std::vector<memory_sample> &all) {
  std::map<int, std::vector<memory_sample>> by_process;
  std::int64_t most = 0;
  for (const auto &one : all) {
    by_process[one.pid].push_back(one);
    most = std::max(most, one.resident_bytes);
  }
  out << format("memory of the server: %d MB at most, %d processes") %
             (most >> 20) % by_process.size();
  const auto longest = std::max_element(
      by_process.begin(), by_process.end(), [](const auto &a, const auto &b) {
        return a.second.size() < b.second.size();
      });
  if (longest != by_process.end()) {
    out << "; the one that lived longest, MB at seconds:";
    const auto &samples = longest->second;
    const auto every = samples.size() / 10 + 1;
    for (std::size_t i = 0; i < samples.size(); i += every)
      out << format(" %d@%.0f") % (samples[i].resident_bytes >> 20) %
                 seconds(samples[i].when);
  }
  out << '\n';
}

} // namespace

void print_report(std::ostream &out, const campaign &ran, stage &on,
                  const tally &answers, const verdict &found) {
  print_drills(out, ran.drills());
  print_answers(out, answers, found, on.clients().longest_wait());
  print_memory(out, ran.memory());
  for (const auto &[what, times] : on.times()) {
    spread of;
    for (const auto time : times)
      of.add(time);
    out << what << ", seconds, p50/max: " << of.text() << '\n';
  }
  for (const auto &sentence : on.told())
    out << sentence << '\n';
  for (const auto &line : on.wrong().lines())
    out << "WRONG: " << line << '\n';
  if (on.wrong().count() == 0)
    out << "no violation\n";
  else
    out << on.wrong().count() << " violations\n" << on.logs();
}

} // namespace wallet::chaos
