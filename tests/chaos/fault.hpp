#pragma once

#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

#include "tests/chaos/stage.hpp"

namespace wallet::chaos {

/// What clients may notice of a fault beyond slowness. Wrong answers, never.
enum class impact : std::uint8_t {
  none,     ///< every request is answered
  refusals, ///< some are told that nothing was done, or find no server
  unknowns, ///< and some outcomes stay open
};

/// What a fault touches: two of one part do not go together. What stands first
/// is injected first and healed last: a server cannot start without database.
enum class part : std::uint8_t { server, broker, clients, database };

/// Ends a fault; called once, on the main thread.
using healing = std::function<void()>;

/// One line of FAULTS.md.
struct fault {
  int number;
  std::string_view name;
  /// Beside the invariants.
  std::string_view must_hold;
  part hits;
  impact allowed;
  /// From the injection to the healing, in short and in long runs. Zero: as
  /// long as the injection takes.
  std::chrono::milliseconds brief, lasts;
  /// Makes it happen, on the main thread, under load; says how to end it. What
  /// must hold beside the invariants is said by stage::expect. Requests of its
  /// own go to wallets of its own.
  healing (*inject)(stage &on);
  /// Its injection waits for the server to do something: it goes first.
  bool needs_server = false;
};

/// All faults, by number; a number may have several.
const std::vector<fault> &all_faults();

// server_faults.cpp
healing kill_server(stage &on);
healing stop_server(stage &on);
healing freeze_server(stage &on);
healing let_zombie_wake(stage &on);

// clock_faults.cpp
healing move_clock(stage &on);

// database_faults.cpp
healing kill_database(stage &on);
healing cut_append_connections(stage &on);
healing freeze_database(stage &on);
healing lose_commit_answer(stage &on);
healing lock_head(stage &on);

// broker_faults.cpp
healing kill_broker(stage &on);
healing restart_broker(stage &on);
healing freeze_broker(stage &on);

// log_faults.cpp: what Kafka holds
healing lose_tail(stage &on);
healing lose_topic(stage &on);
healing publish_again(stage &on);
healing publish_poison(stage &on);
healing kill_projector(stage &on);

// disk_faults.cpp
healing fill_disks(stage &on);

// client_faults.cpp
healing exhaust_descriptors(stage &on);
healing hold_idle_connections(stage &on);
healing send_slowly(stage &on);

// hostile_faults.cpp
healing send_hostile_http(stage &on);
healing send_hostile_json(stage &on);
healing send_odd_numbers(stage &on);
healing abuse(stage &on);
healing stampede(stage &on);

} // namespace wallet::chaos
