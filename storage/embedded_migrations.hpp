#pragma once

#include <string>
#include <vector>

namespace wallet::storage {

/// A file of migrations/, built into the binary (cmake/embed_migrations).
struct migration_file {
  /// Without folder and suffix: "0001_event_log".
  std::string name;
  std::string sql;
};

/// In the order in which they are applied.
extern const std::vector<migration_file> ledger_migrations;
extern const std::vector<migration_file> history_migrations;

} // namespace wallet::storage
