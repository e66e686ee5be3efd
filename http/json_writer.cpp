#include "http/json_writer.hpp"

#include <boost/locale/utf.hpp>

namespace wallet::http {

std::string to_utf8(std::string_view bytes) {
  namespace utf = boost::locale::utf;
  std::string text;
  for (auto at = bytes.begin(); at != bytes.end();) {
    const auto begin = at;
    const auto point = utf::utf_traits<char>::decode(at, bytes.end());
    if (point == utf::illegal || point == utf::incomplete)
      text += "\xEF\xBF\xBD"; // U+FFFD
    else
      text.append(begin, at);
  }
  return text;
}

} // namespace wallet::http
