#include "tests/support/old_snapshot.hpp"

namespace wallet::testing {

namespace {

storage::connection_options options(const std::string &url) {
  return {.url = url,
          .purpose = "test",
          .statement_timeout = {},
          .uses_indexes_only = true};
}

} // namespace

old_snapshot::old_snapshot(const std::string &url)
    : reader_(options(url)), writer_(options(url)) {
  reader_.script("begin isolation level repeatable read; "
                 "select from ledger.shards");
}

void old_snapshot::repeat(const std::string &call, int times) {
  writer_.script("do $$ begin for i in 1.." + std::to_string(times) +
                 " loop perform " + call + "; end loop; end $$");
}

std::int64_t old_snapshot::pages_of(const std::string &call) {
  const std::string name = "\"Shared Hit Blocks\": ";
  const auto plan =
      writer_.script("explain (analyze, buffers, format json) select " + call);
  const std::string text(plan[0].text(0));
  return std::stoll(text.substr(text.find(name) + name.size()));
}

} // namespace wallet::testing
