#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/json_text.hpp"

namespace wallet::testing {

struct http_answer {
  int status = 0;
  /// Names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;

  /// See json_at and json_size.
  std::string at(const std::string &pointer) const {
    return json_at(body, pointer);
  }
  std::size_t size(const std::string &pointer) const {
    return json_size(body, pointer);
  }

  bool is_success() const { return status >= 200 && status < 300; }
};

/// A blocking client with one connection, which is opened when it is needed
/// and kept. For one thread. Never sends a request twice.
class http_client {
public:
  explicit http_client(int port,
                       std::chrono::milliseconds patience = usual_patience);
  /// Another client of the same server.
  http_client another() const;
  ~http_client();
  http_client(http_client &&) noexcept;

  /// Nothing when there was no whole answer within `patience`: refused, reset
  /// or silent. The command of a request without answer may have happened.
  using maybe_answer = std::optional<http_answer>;

  maybe_answer get(const std::string &target);

  /// An empty key sends none.
  maybe_answer post(const std::string &target, const std::string &body,
                    const std::string &idempotency_key = {});

  /// Whether bytes of the last request may have reached the server.
  bool has_sent() const;

  /// Longer than the service's own deadline for an answer.
  static constexpr std::chrono::seconds usual_patience{30};

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace wallet::testing
