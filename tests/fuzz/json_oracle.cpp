#include "tests/fuzz/json_oracle.hpp"

// Boost.JSON, compiled here: the service has no use for it.
#include <boost/json/src.hpp>

namespace wallet::fuzzing {

json_opinion read_json(std::string_view text) {
  namespace json = boost::json;
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  json::parse_options options;
  options.max_depth = 1'000'000; // ours has no limit but the body's size
  json::error_code error;
  json_opinion opinion;
  opinion.value = json::parse({text.data(), text.size()}, error, {}, options);
  opinion.is_json = !error;
  opinion.is_tolerable = error == json::error::exponent_overflow ||
                         error == json::error::illegal_leading_surrogate ||
                         error == json::error::illegal_trailing_surrogate ||
                         error == json::error::expected_utf16_escape;
  return opinion;
}

const boost::json::string *text_at(const boost::json::value &object,
                                   std::string_view name) {
  const auto *fields = object.if_object();
  const auto *found =
      fields ? fields->if_contains({name.data(), name.size()}) : nullptr;
  return found ? found->if_string() : nullptr;
}

} // namespace wallet::fuzzing
