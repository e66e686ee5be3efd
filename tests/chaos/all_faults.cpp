#include "tests/chaos/fault.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;

const std::vector<fault> &all_faults() {
  static const std::vector<fault> faults{
      {1, "server killed", "it serves again when it is started again",
       part::server, impact::unknowns, 0ms, kill_server},
      {5, "PostgreSQL killed", "unknown batches are resolved from the head",
       part::database, impact::unknowns, 500ms, kill_database},
      {8, "the answer to a commit is lost", "found to be committed, once",
       part::database, impact::unknowns, 0ms, lose_commit_answer},
      {10, "broker killed", "no failed command; history catches up",
       part::broker, impact::none, 1s, kill_broker},
      {10, "broker restarted", "no failed command; history catches up",
       part::broker, impact::none, 0ms, restart_broker},
      {10, "broker frozen", "no failed command; history catches up",
       part::broker, impact::none, 60s, freeze_broker},
  };
  return faults;
}

} // namespace wallet::chaos
