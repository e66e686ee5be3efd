#pragma once

#include <stdexcept>
#include <string>

namespace wallet::storage {

/// The database cannot be reached or answered with an error. Raised by every
/// blocking call of this folder unless it says otherwise; the object stays
/// usable and reconnects at the next call. Its text never holds the password.
class unavailable : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Nothing was sent: there is no connection.
class not_connected : public unavailable {
  using unavailable::unavailable;
};

/// The server refused the statement and has rolled it back.
class statement_failed : public unavailable {
public:
  statement_failed(std::string sqlstate, const std::string &text)
      : unavailable(text + " (SQLSTATE " + sqlstate + ")"),
        sqlstate_(std::move(sqlstate)) {}

  /// Five characters, e.g. "23505".
  const std::string &sqlstate() const { return sqlstate_; }

private:
  std::string sqlstate_;
};

/// The connection broke between sending and the answer: the statement may be
/// committed, or may still be running.
class connection_lost : public unavailable {
  using unavailable::unavailable;
};

} // namespace wallet::storage
