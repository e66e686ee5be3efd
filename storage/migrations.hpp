#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "storage/embedded_migrations.hpp"

namespace wallet::storage {

/// The database and this binary do not fit together: a migration's text was
/// changed after it was applied, the database is newer than the binary, or it
/// cannot hold what the binary writes.
class migration_refused : public std::runtime_error {
  using runtime_error::runtime_error;
};

enum class schema { ledger, history };

/// "ledger" or "history".
std::string name_of(schema which);

/// Applies what is missing of migrations/ledger or migrations/history (built
/// into the binary), each file in a transaction of its own, under an advisory
/// lock. Waits up to ten minutes for queries that are in the way, without being
/// in the way of others for more than 3 s at a time. Then gives `service_role`,
/// if any, its rights (service_rights.hpp). Returns the names of the files
/// applied now. Raises unavailable or migration_refused.
std::vector<std::string> migrate(const std::string &url, schema which,
                                 const std::string &service_role = {});

/// The same with other files than those in the binary, and without rights.
std::vector<std::string> migrate(const std::string &url, schema which,
                                 const std::vector<migration_file> &files);

/// Raises migration_refused when anything of migrate's would be refused or is
/// missing; changes nothing.
void require_migrated(const std::string &url, schema which);

/// And when the role of `url` may not do what the service does.
void require_servable(const std::string &url, schema which);

} // namespace wallet::storage
