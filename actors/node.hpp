#pragma once

#include <optional>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "storage/event_log.hpp"

namespace wallet::actors {

/// The wallet side of a process: gateway, ownership, shards, sequencer, relay,
/// and their storage actors.
class wallet_node {
public:
  struct options {
    std::string database_url;
    /// Nothing: no relay.
    std::optional<storage::event_log_options> kafka;
    std::size_t max_resident_wallets = 0;
  };

  wallet_node(caf::actor_system &system, const options &chosen);
  /// Ends the actors without letting the lease go, if stop() did not.
  ~wallet_node();

  const caf::actor &gateway() const { return gateway_; }

  /// Ends the ownership and lets the lease go, so that a standby takes over
  /// at once. Blocks until then, `stop_within` at most.
  void stop();

  static constexpr std::chrono::milliseconds stop_within{2'000};

private:
  caf::actor gateway_;
  caf::actor ownership_;
  std::vector<caf::actor> others_;
};

/// The history side of a process: the projector, and the reader that answers
/// clients.
class history_node {
public:
  struct options {
    /// Of the event store: fills what Kafka did not bring.
    std::string database_url;
    std::string history_url;
    /// Nothing: the history follows the event store.
    std::optional<storage::event_log_options> kafka;
  };

  history_node(caf::actor_system &system, const options &chosen);
  ~history_node();

  const caf::actor &reader() const { return reader_; }
  const caf::actor &readiness() const { return readiness_; }

private:
  caf::actor reader_, readiness_;
  std::vector<caf::actor> others_;
};

} // namespace wallet::actors
