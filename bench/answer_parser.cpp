#include "bench/answer_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace wallet::bench {

answer_parser::answer_parser(std::string *body) : body_(body) {
  constexpr std::uint64_t largest_body = 64 << 20; // 10,000 events are 5 MB
  body_limit(largest_body);
  eager(true);
}

std::size_t answer_parser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (!is_done() && !is_malformed_ && used < bytes.size()) {
    error_code error;
    const auto rest = bytes.substr(used);
    used += put(boost::asio::buffer(rest.data(), rest.size()), error);
    if (error == boost::beast::http::error::need_more)
      break;
    is_malformed_ = error.failed();
  }
  return used;
}

std::size_t answer_parser::keep(text bytes) {
  if (body_)
    body_->append(bytes.data(), bytes.size());
  return bytes.size();
}

} // namespace wallet::bench
