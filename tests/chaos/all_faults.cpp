#include "tests/chaos/fault.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;

const std::vector<fault> &all_faults() {
  static const std::vector<fault> faults{
      {1, "server killed", "it serves again when it is started again",
       part::server, impact::unknowns, 0ms, 0ms, kill_server},
      {2, "server told to stop", "it ends in time, no outcome is open",
       part::server, impact::refusals, 0ms, 0ms, stop_server},
      {3, "server frozen", "no wrong answer after waking", part::server,
       impact::unknowns, 1s, 60s, freeze_server},
      {4, "zombie server", "its next append is fenced", part::server,
       impact::unknowns, 500ms, 10s, let_zombie_wake},
      {5, "PostgreSQL killed", "unknown batches are resolved from the head",
       part::database, impact::unknowns, 500ms, 5s, kill_database},
      {6, "append connection cut every 100 ms", "slower, correct",
       part::database, impact::unknowns, 2s, 10s, cut_append_connections},
      {7, "PostgreSQL frozen", "503 within the deadline; goes on by itself",
       part::database, impact::unknowns, 7s, 30s, freeze_database},
      {8, "the answer to a commit is lost", "found to be committed, once",
       part::database, impact::unknowns, 0ms, 0ms, lose_commit_answer, true},
      {9, "a shard's head is locked", "alarm; goes on by itself",
       part::database, impact::unknowns, 12s, 20s, lock_head},
      {10, "broker killed", "no failed command; history catches up",
       part::broker, impact::none, 1s, 20s, kill_broker},
      {10, "broker restarted", "no failed command; history catches up",
       part::broker, impact::none, 0ms, 0ms, restart_broker},
      {10, "broker frozen", "no failed command; history catches up",
       part::broker, impact::none, 3s, 60s, freeze_broker},
      {11, "broker loses its tail", "the hole is filled from PostgreSQL",
       part::broker, impact::none, 0ms, 0ms, lose_tail},
      {11, "broker loses the topic", "the hole is filled from PostgreSQL",
       part::broker, impact::none, 0ms, 0ms, lose_topic},
      {12, "duplicates and disorder", "dropped", part::broker, impact::none,
       0ms, 0ms, publish_again},
      {13, "poison messages", "said, never skipped; other shards go on",
       part::broker, impact::none, 0ms, 0ms, publish_poison, true},
      {14, "two projectors, one killed", "one wins", part::broker, impact::none,
       2s, 10s, kill_projector},
      {15, "disk full", "503; goes on when there is space again", part::clients,
       impact::none, 0ms, 0ms, fill_disks},
      {16, "clock jumps by an hour", "no order by wall clock", part::server,
       impact::refusals, 2s, 10s, move_clock},
      {17, "out of file descriptors", "who is connected is served",
       part::clients, impact::none, 500ms, 5s, exhaust_descriptors},
      // While they connect, a slow machine turns others away at the door.
      {17, "10,000 idle connections", "all are served", part::clients,
       impact::refusals, 500ms, 10s, hold_idle_connections},
      {18, "slow clients", "deadlines close them, the others are served",
       part::clients, impact::none, 1s, 10s, send_slowly},
      {19, "hostile HTTP", "4xx or an end, answers in order", part::clients,
       impact::none, 0ms, 0ms, send_hostile_http},
      {20, "hostile JSON", "400 or 422", part::clients, impact::none, 0ms, 0ms,
       send_hostile_json},
      {21, "odd numbers", "refused or exact", part::clients, impact::none, 0ms,
       0ms, send_odd_numbers},
      {22, "abuse", "a defined 4xx, and no effect", part::clients, impact::none,
       0ms, 0ms, abuse},
      {23, "stampede", "each is served or told to come again", part::clients,
       impact::refusals, 0ms, 0ms, stampede},
  };
  return faults;
}

} // namespace wallet::chaos
