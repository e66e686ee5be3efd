#pragma once

#include <optional>
#include <string>

#include "storage/postgres_connection.hpp"

namespace wallet::storage {

/// The rows of a query one after another, through a cursor: a table of any
/// size in constant memory. Lives inside an open transaction of `on`; another
/// one on this connection only after the end.
class row_stream {
public:
  row_stream(postgres_connection &on, const std::string &query);

  /// Nothing at the end. The row lives until the next call.
  std::optional<row> next();

private:
  postgres_connection &on_;
  rows chunk_;
  std::size_t at_ = 0;
  bool is_at_end_ = false;
};

} // namespace wallet::storage
