#pragma once

#include <memory>

#include "http/limits.hpp"
#include "tests/support/in_memory_wallets.hpp"
#include "tests/support/raw_socket.hpp"

namespace wallet::testing {

/// The real HTTP server with all routes of both sides, over in_memory_wallets,
/// on a port that the system chooses.
class front_door {
public:
  explicit front_door(const http::limits &granted = {});
  ~front_door();

  std::uint16_t port() const;
  mood &actors();
  /// http::server::stop.
  void stop();

  /// Sends a request with the usual fields and the given ones (each with its
  /// line end) on a new connection; the whole answer.
  std::string get(const std::string &target, const std::string &fields = {});
  std::string post(const std::string &target, const std::string &body,
                   const std::string &fields = {});

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

/// The message of a POST of JSON.
std::string post_message(const std::string &target, const std::string &body,
                         const std::string &fields = {});

/// The message that makes a wallet.
std::string create_message(const std::string &user,
                           const std::string &fields = {});
inline const std::string health_message =
    "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";

/// Deadlines short enough to wait for.
http::limits impatient_limits();

/// "200" of a whole answer.
std::string status_of(const std::string &answer);
std::string body_of(const std::string &answer);
/// "code" of a body that tells of a failure.
std::string code_of(const std::string &answer);
/// The value of a field, spelled as the server spells it; empty if not there.
std::string field_of(const std::string &answer, const std::string &name);

} // namespace wallet::testing
