#pragma once

#include <string>

#include "storage/event_store.hpp"
#include "tests/support/batch_builder.hpp"

namespace wallet::testing {

/// A migrated database of its own on the shared server, whose shards the node
/// "this" owns, and a builder that follows its heads.
struct stored_ledger {
  stored_ledger();

  /// Appends what the builder has; fails the test unless it is committed.
  storage::batch commit();

  std::string url;
  storage::event_store store;
  batch_builder builder;
};

/// Takes the shards for `node`; fails the test when they are not free.
storage::shard_heads take_heads(storage::event_store &store,
                                const std::string &node);

} // namespace wallet::testing
