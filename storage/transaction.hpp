#pragma once

#include <string>

#include "storage/postgres_connection.hpp"

namespace wallet::storage {

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
