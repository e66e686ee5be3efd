#include "tests/support/http_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace wallet::testing {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using request = http::request<http::string_body>;
using response = http::response<http::string_body>;

http_answer answer_from(const response &received) {
  http_answer answer;
  answer.status = received.result_int();
  answer.body = received.body();
  for (const auto &field : received) {
    std::string name(field.name_string());
    for (auto &letter : name)
      letter = static_cast<char>(std::tolower(letter));
    answer.headers[name] = field.value();
  }
  return answer;
}

} // namespace

struct http_client::implementation {
  implementation(int server_port, std::chrono::milliseconds longest_wait)
      : port(server_port), patience(longest_wait) {}

  int port;
  std::chrono::milliseconds patience;
  bool has_sent = false;
  asio::io_context context;
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer buffer;

  /// Waits for one asynchronous operation: blocking ones know no deadline.
  template <class Start> bool run(Start start) {
    beast::error_code outcome = asio::error::would_block;
    stream->expires_after(patience);
    start([&outcome](beast::error_code error, auto...) { outcome = error; });
    context.restart();
    context.run();
    return !outcome;
  }

  bool connect() {
    if (stream)
      return true;
    buffer.clear();
    stream.emplace(context);
    const asio::ip::tcp::endpoint server(asio::ip::address_v4::loopback(),
                                         static_cast<std::uint16_t>(port));
    if (run([&](auto done) { stream->async_connect(server, done); })) {
      stream->socket().set_option(asio::ip::tcp::no_delay(true));
      return true;
    }
    stream.reset();
    return false;
  }

  maybe_answer exchange(const request &sent) {
    response received;
    has_sent = connect();
    const bool is_whole =
        has_sent &&
        run([&](auto done) { http::async_write(*stream, sent, done); }) &&
        run([&](auto done) {
          http::async_read(*stream, buffer, received, done);
        });
    if (!is_whole || !received.keep_alive())
      stream.reset();
    if (!is_whole)
      return std::nullopt;
    return answer_from(received);
  }
};

http_client::http_client(int port, std::chrono::milliseconds patience)
    : impl_(std::make_unique<implementation>(port, patience)) {}
http_client::~http_client() = default;
http_client::http_client(http_client &&) noexcept = default;

http_client http_client::another() const {
  return http_client(impl_->port, impl_->patience);
}

bool http_client::has_sent() const { return impl_->has_sent; }

http_client::maybe_answer http_client::get(const std::string &target) {
  request sent(http::verb::get, target, 11);
  sent.set(http::field::host, "localhost");
  return impl_->exchange(sent);
}

http_client::maybe_answer
http_client::post(const std::string &target, const std::string &body,
                  const std::string &idempotency_key) {
  request sent(http::verb::post, target, 11);
  sent.set(http::field::host, "localhost");
  sent.set(http::field::content_type, "application/json");
  if (!idempotency_key.empty())
    sent.set("Idempotency-Key", idempotency_key);
  sent.body() = body;
  sent.prepare_payload();
  return impl_->exchange(sent);
}

} // namespace wallet::testing
