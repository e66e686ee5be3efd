#pragma once

#include <map>
#include <string>

namespace wallet::storage {

/// A database URL taken apart, so that what is said about it never holds its
/// password.
class postgres_url {
public:
  /// Raises not_connected for what libpq cannot read, and for a second '@'
  /// before the host: libpq would take a part of the password for the host.
  explicit postgres_url(const std::string &url);

  /// "localhost:5432/wallet"
  std::string place() const;

  /// `text` in one line, without the password.
  std::string redact(std::string text) const;

  /// The keywords that were given.
  const std::map<std::string, std::string> &keywords() const {
    return keywords_;
  }

private:
  std::map<std::string, std::string> keywords_;
};

} // namespace wallet::storage
