#pragma once

#include <string>

#include "storage/migrations.hpp"
#include "storage/postgres_connection.hpp"

namespace wallet::storage {

/// Gives `role` the rights on a schema that `wallet serve` and `wallet verify`
/// need, and takes all others on its tables away: it may add to the log and
/// read it, not change it, and define nothing. As the owner of the schema, who
/// needs no right to create roles: the role must be there. Raises
/// migration_refused when it is not, or owns the tables itself.
void grant_service_rights(postgres_connection &on, schema which,
                          const std::string &role);

/// Raises migration_refused when the role of this connection lacks one of these
/// rights, and says which.
void require_service_rights(postgres_connection &on, schema which);

} // namespace wallet::storage
