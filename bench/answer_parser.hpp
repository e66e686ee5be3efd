#pragma once

#include <string>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>

namespace wallet::bench {

/// Parses one answer and keeps its status, whether it refuses, and, where
/// wanted, its body.
class answer_parser : public boost::beast::http::basic_parser<false> {
public:
  /// `body`: where to append the body; null: nowhere.
  explicit answer_parser(std::string *body);

  /// Consumes what it understood and returns how much that was.
  std::size_t feed(std::string_view bytes);

  bool is_malformed() const { return is_malformed_; }
  int status() const { return status_; }
  /// The server says that it did nothing, and when to come again.
  bool is_refusal() const {
    return has_retry_after_ && (status_ == 429 || status_ == 503);
  }

private:
  using error_code = boost::beast::error_code;
  using text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, text, text, int,
                       error_code &) override {}
  void on_response_impl(int status, text, int, error_code &) override {
    status_ = status;
  }
  void on_field_impl(boost::beast::http::field name, text, text,
                     error_code &) override {
    has_retry_after_ |= name == boost::beast::http::field::retry_after;
  }
  void on_header_impl(error_code &) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t> &,
                         error_code &) override {}
  std::size_t on_body_impl(text bytes, error_code &) override {
    return keep(bytes);
  }
  void on_chunk_header_impl(std::uint64_t, text, error_code &) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text bytes,
                                 error_code &) override {
    return keep(bytes);
  }
  void on_finish_impl(error_code &) override {}

  std::size_t keep(text bytes);

  std::string *body_;
  int status_ = 0;
  bool has_retry_after_ = false;
  bool is_malformed_ = false;
};

} // namespace wallet::bench
