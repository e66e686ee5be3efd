#include "http/request_reader.hpp"

#include <algorithm>
#include <cstring>

#include "http/problem.hpp"

namespace wallet::http {

namespace {

/// Small, because 10,000 idle connections have one each.
constexpr std::size_t initial_buffer_bytes = 2 * 1024;
/// Beyond the header's limit: room for pipelined requests.
constexpr std::size_t spare_buffer_bytes = 8 * 1024;

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

} // namespace

request_reader::request_reader(const limits &granted) : granted_(granted) {}

std::string_view request_reader::unread() const {
  return {buffer_.data() + begin_, end_ - begin_};
}

boost::asio::mutable_buffer request_reader::room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size())
    buffer_.resize(std::clamp(buffer_.size() * 2, initial_buffer_bytes,
                              granted_.header_bytes + spare_buffer_bytes));
  return {buffer_.data() + end_, buffer_.size() - end_};
}

request_reader::part request_reader::present() const {
  if (parser_)
    return part::body;
  return begin_ < end_ ? part::head : part::nothing;
}

request_reader::step request_reader::next() {
  if (!parser_) {
    // RFC 9112 2.2: empty lines before a request are ignored.
    while (unread().starts_with(line_end))
      begin_ += line_end.size();
    if (auto wrong = begin_request())
      return *std::move(wrong);
    if (!parser_)
      return incomplete{};
  }
  return continue_request();
}

request request_reader::take_unfinished() {
  return parser_ ? parser_->take() : request();
}

std::optional<problem> request_reader::begin_request() {
  const auto bytes = unread();
  const auto found = bytes.find(head_end);
  const auto size =
      found == std::string_view::npos ? bytes.size() : found + head_end.size();
  if (size > granted_.header_bytes)
    return header_too_large(granted_.header_bytes);
  if (found == std::string_view::npos)
    return std::nullopt;
  parser_.emplace(granted_);
  is_continue_told_ = false;
  // Alone: what a head means does not depend on what has come behind it.
  begin_ += parser_->feed(bytes.substr(0, size));
  return std::nullopt;
}

request_reader::step request_reader::continue_request() {
  begin_ += parser_->feed(unread());
  if (parser_->wrong())
    return *parser_->wrong();
  if (parser_->is_whole()) {
    step done = parser_->take();
    parser_.reset();
    return done;
  }
  if (parser_->awaits_continue() && begin_ == end_ && !is_continue_told_) {
    is_continue_told_ = true;
    return waits_for_continue{};
  }
  return incomplete{};
}

} // namespace wallet::http
