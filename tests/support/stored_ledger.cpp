#include "tests/support/stored_ledger.hpp"

#include <catch2/catch.hpp>

#include "tests/support/shared_postgres.hpp"

namespace wallet::testing {

using namespace std::chrono_literals;

stored_ledger::stored_ledger()
    : url(new_migrated_database()), store(url),
      builder(take_heads(store, "this")) {}

storage::batch stored_ledger::commit() {
  auto written = builder.take();
  const auto outcome = store.append(written);
  REQUIRE(std::holds_alternative<storage::committed>(outcome));
  return written;
}

storage::shard_heads take_heads(storage::event_store &store,
                                const std::string &node) {
  const auto taken = store.take(node, 60s);
  REQUIRE(std::holds_alternative<storage::owned>(taken));
  return std::get<storage::owned>(taken).heads;
}

} // namespace wallet::testing
