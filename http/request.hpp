#pragma once

#include <cstdint>
#include <string>

namespace wallet::http {

/// Of those that have a route; everything else is `other`.
enum class method : std::uint8_t { get, head, post, other };

/// A whole request, without what nothing here reads. The texts are as the
/// client sent them.
struct request {
  method verb = method::other;
  /// Of the target, before the '?', still percent-encoded.
  std::string path;
  std::string content_type;
  /// The body comes as it is, without Content-Encoding.
  bool is_plain = true;
  /// It says in which state of things it means to be done.
  bool is_conditional = false;
  /// Empty and bad keys are there too: what was sent twice is empty.
  std::string idempotency_key;
  bool has_idempotency_key = false;
  /// The client's own, if it sent a sane one; empty otherwise.
  std::string request_id;
  std::string body;
  bool is_http_1_0 = false;
  bool keep_alive = true;

  /// What a route's `:id` stands for, decoded. Set by the router.
  std::string id;
};

} // namespace wallet::http
