#pragma once

#include <optional>
#include <string>

#include <caf/event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace wallet::actors {

// The history's database behind actors: spawn them detached.

/// Rows and checkpoints.
class history_writer_actor : public caf::event_based_actor {
public:
  history_writer_actor(caf::actor_config &config, std::string url);
  caf::behavior make_behavior() override;

private:
  storage::history_store store_;
};

/// Answers clients, one after another.
class history_reader_actor : public caf::event_based_actor {
public:
  history_reader_actor(caf::actor_config &config, std::string url);
  caf::behavior make_behavior() override;

private:
  storage::history_store store_;
};

/// Tells whether clients can be answered. Apart from the reader, whose reads
/// may take long.
class history_readiness_actor : public caf::event_based_actor {
public:
  history_readiness_actor(caf::actor_config &config, std::string url);
  caf::behavior make_behavior() override;

private:
  readiness look();

  storage::history_store store_;
  /// The history actor's last word.
  std::optional<std::string> divergence_;
};

} // namespace wallet::actors
