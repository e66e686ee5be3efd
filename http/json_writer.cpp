#include "http/json_writer.hpp"

#include <boost/locale/utf.hpp>

namespace wallet::http {

namespace {

namespace utf = boost::locale::utf;

bool is_utf8(std::string_view text) {
  for (auto at = text.begin(); at != text.end();) {
    const auto point = utf::utf_traits<char>::decode(at, text.end());
    if (point == utf::illegal || point == utf::incomplete)
      return false;
  }
  return true;
}

std::string repaired(std::string_view text) {
  std::string made;
  for (auto at = text.begin(); at != text.end();) {
    const auto begin = at;
    const auto point = utf::utf_traits<char>::decode(at, text.end());
    if (point == utf::illegal || point == utf::incomplete)
      made += "\xEF\xBF\xBD"; // U+FFFD
    else
      made.append(begin, at);
  }
  return made;
}

} // namespace

void json_writer::value(std::string_view text) {
  if (!is_utf8(text)) {
    const auto valid = repaired(text);
    writer_.String(valid.data(),
                   static_cast<rapidjson::SizeType>(valid.size()));
    return;
  }
  writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

} // namespace wallet::http
