#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/answer.hpp"

namespace wallet::http {

/// One text field that a request may have.
struct text_field {
  std::string_view name;
  bool is_required = true;
  /// Set by read_fields.
  std::optional<std::string> value{};
};

/// Reads the text fields of one JSON object. Nothing when all is well; else
/// what is wrong: 400 when it is not JSON, 422 when a field is missing or not
/// a text. `null` counts as missing.
std::optional<problem> read_fields(std::string_view body,
                                   std::span<text_field> fields);

} // namespace wallet::http
