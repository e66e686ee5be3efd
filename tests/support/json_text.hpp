#pragma once

#include <cstddef>
#include <string>

namespace wallet::testing {

/// The value at a JSON pointer (RFC 6901), e.g. "/data/0/amount": a string's
/// text, anything else as JSON; "" when there is none, or no JSON.
std::string json_at(const std::string &json, const std::string &pointer);

/// How many elements the array at the pointer has; 0 when there is none.
std::size_t json_size(const std::string &json, const std::string &pointer);

} // namespace wallet::testing
