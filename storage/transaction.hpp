#pragma once

#include <string>
#include <string_view>

#include "storage/postgres_connection.hpp"

namespace wallet::storage {

/// While a transaction waits for a table that a long query reads (a backup),
/// newer queries wait behind it. One that begins with this gives up after 3 s,
/// with `lock_not_available`, so that they can pass.
inline constexpr auto lock_patience = "set local lock_timeout = '3s'";
inline constexpr std::string_view lock_not_available = "55P03";

/// A transaction that ends with its scope: rolled back unless committed.
class transaction {
public:
  /// `begin`: the statement, e.g. "begin isolation level repeatable read".
  explicit transaction(postgres_connection &on,
                       const std::string &begin = "begin");
  ~transaction();
  transaction(const transaction &) = delete;
  transaction &operator=(const transaction &) = delete;

  void commit();

private:
  postgres_connection &on_;
  bool is_open_ = true;
};

} // namespace wallet::storage
