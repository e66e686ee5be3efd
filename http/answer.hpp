#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/ids.hpp"

namespace wallet::http {

/// A success.
struct reply {
  std::string body;
  bool is_json = true;
  /// The wallet's version, sent as `ETag`.
  std::optional<stream_version> version;
  /// Of what was created, sent as `Location`; empty: nothing.
  std::string location;
  /// Sent as `Idempotency-Replayed: true`.
  bool is_replay = false;
};

/// A failure, on the way to a problem+json body (RFC 9457) that is also what
/// clients of the former service read.
struct problem {
  int status = 500;
  /// Stable, for programs: "insufficient_balance".
  std::string_view code;
  /// What the client reads in `error` and `detail`: says what to do.
  std::string text;
  /// The same request may succeed later.
  bool is_retryable = false;
  /// Seconds, sent as `Retry-After`; 0: not sent.
  int retry_after_s = 0;
  /// Sent as `Allow` with 405.
  std::string allow;
  /// More than one cause, each a sentence (readiness).
  std::vector<std::string> reasons;
  /// What follows on this connection cannot be read, or must not be.
  bool closes = false;
};

using answer = std::variant<reply, problem>;

} // namespace wallet::http
