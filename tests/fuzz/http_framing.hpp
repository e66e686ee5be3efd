#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wallet::fuzzing {

/// One message as the strictest reader on the way would cut it out.
struct framed {
  /// Method, target, version and fields.
  std::string_view head;
  std::string_view method, target;
  std::string body;
  /// What is behind it.
  std::string_view rest;
};

/// Cuts the first message off by the letter of RFC 9112: CRLF alone ends
/// lines, one length at most, chunked alone as transfer coding, no obs-fold,
/// no blanks where the grammar has none. Nothing for anything else, and for
/// what is not whole.
std::optional<framed> first_message(std::string_view bytes);

} // namespace wallet::fuzzing
