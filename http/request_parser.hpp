#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>

#include "http/answer.hpp"
#include "http/chunked_body.hpp"
#include "http/limits.hpp"
#include "http/request.hpp"

namespace wallet::http {

/// Parses one request, keeping only what `request` holds, and refuses what two
/// parsers could read in two ways (request smuggling): see the README. Beast
/// reads the head and a plain body, `chunked_body` one that comes in chunks.
class request_parser : public boost::beast::http::basic_parser<true> {
public:
  explicit request_parser(const limits &granted);

  /// Call with the whole head first; consumes what it understood and returns
  /// how much that was. Problems end the parsing.
  std::size_t feed(std::string_view bytes);

  const std::optional<problem> &wrong() const { return wrong_; }
  bool is_whole() const { return chunks_ ? chunks_->is_done() : is_done(); }
  /// The client may wait for "100 Continue": nothing of the body is here.
  bool awaits_continue() const {
    return expects_continue_ && request_.body.empty();
  }

  /// When is_whole(), or as far as it was understood.
  request take() { return std::move(request_); }

private:
  using error_code = boost::beast::error_code;
  using field = boost::beast::http::field;
  using verb = boost::beast::http::verb;
  using text = boost::beast::string_view;

  void on_request_impl(verb, text method_name, text target, int version,
                       error_code &ec) override;
  void on_response_impl(int, text, int, error_code &) override {}
  void on_field_impl(field name, text name_text, text value,
                     error_code &ec) override;
  void on_header_impl(error_code &ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t> &,
                         error_code &) override {}
  std::size_t on_body_impl(text bytes, error_code &) override;
  void on_chunk_header_impl(std::uint64_t, text, error_code &) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text, error_code &) override {
    return 0;
  }
  void on_finish_impl(error_code &) override {}

  std::size_t feed_head_or_body(std::string_view bytes);
  std::size_t feed_chunks(std::string_view bytes);

  void on_host(error_code &ec);
  void on_content_length(std::string_view value, error_code &ec);
  void on_transfer_encoding(std::string_view value, error_code &ec);
  void on_expect(std::string_view value, error_code &ec);
  void on_other_field(std::string_view name, std::string_view value);
  void refuse(problem why, error_code &ec);
  problem to_problem(const error_code &ec) const;

  limits granted_;
  request request_;
  std::optional<problem> wrong_;
  int hosts_ = 0;
  int content_lengths_ = 0;
  bool is_head_done_ = false;
  bool expects_continue_ = false;
  std::optional<chunked_body> chunks_;
};

} // namespace wallet::http
