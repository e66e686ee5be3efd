#pragma once

#include <string_view>

#include <boost/json/value.hpp>

namespace wallet::fuzzing {

/// What another JSON parser than the product's (Boost.JSON: strict RFC 8259,
/// UTF-8 checked) says of a text.
struct json_opinion {
  bool is_json = false;
  /// Null unless it is JSON.
  boost::json::value value;
  /// It stumbled over what the product does not look at: the size of a number,
  /// or (RFC 8259 8.2 allows it) half of a surrogate pair.
  bool is_tolerable = false;
};

/// A byte order mark before the text is no fault (RFC 8259 8.1).
json_opinion read_json(std::string_view text);

/// The text at `name` of an object; null when there is none.
const boost::json::string *text_at(const boost::json::value &object,
                                   std::string_view name);

} // namespace wallet::fuzzing
