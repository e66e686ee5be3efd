#pragma once

#include <caf/event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "storage/process_place.hpp"

namespace wallet::actors {

// The event store behind actors. Each blocks in libpq, so each is spawned
// detached (a thread of its own) and owns one connection; the bounds are those
// of storage::event_store. A simulation puts its own actors in their place.

/// Appends, and finds out about appends of unknown outcome.
class store_writer_actor : public caf::event_based_actor {
public:
  store_writer_actor(caf::actor_config &config, std::string url,
                     std::string node);
  caf::behavior make_behavior() override;

private:
  void append_next(const append &asked);
  resolved resolve_outcome(const resolve &asked);

  storage::event_store store_;
  std::string node_;
};

/// Wakes wallets, looks keys up, lists users' wallets.
class store_reader_actor : public caf::event_based_actor {
public:
  store_reader_actor(caf::actor_config &config, std::string url);
  caf::behavior make_behavior() override;

private:
  storage::event_store store_;
};

/// Reads the log and its heads; keeps the relay's cursors, which are about
/// `topic`.
class log_reader_actor : public caf::event_based_actor {
public:
  log_reader_actor(caf::actor_config &config, std::string url,
                   std::string topic = {});
  caf::behavior make_behavior() override;

private:
  log_read read(const read_log &asked);

  storage::event_store store_;
  std::string topic_;
};

/// Takes, renews and lets go the ownership of the shards. Apart from the
/// writer, so that a long append does not cost the lease.
class lease_keeper_actor : public caf::event_based_actor {
public:
  lease_keeper_actor(caf::actor_config &config, const std::string &url,
                     std::string node, std::chrono::milliseconds lease);
  caf::behavior make_behavior() override;

private:
  storage::event_store store_;
  /// Looked for at each take: a predecessor may still be dying at the first.
  storage::process_place place_;
  std::string node_;
  std::chrono::milliseconds lease_;
};

} // namespace wallet::actors
