#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "bench/answer_parser.hpp"

namespace wallet::bench {

/// One socket, one request at a time. Belongs to the io_context's thread.
class channel {
public:
  /// Status 0: there was no answer. `is_refusal`: see answer_parser.
  using on_answer = std::function<void(int status, bool is_refusal)>;

  channel(boost::asio::io_context &context,
          const boost::asio::ip::tcp::endpoint &server)
      : socket_(context), pause_(context), server_(server) {}

  /// Blocks; false when nobody listens. `send` opens what is not open.
  bool open();

  /// `body`: see answer_parser. `done` is called once, later.
  void send(const std::string &request, std::string *body, on_answer done);

private:
  void close();
  void fail_later();
  void wait();
  void receive();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer pause_;
  boost::asio::ip::tcp::endpoint server_;
  std::optional<answer_parser> parser_;
  on_answer done_;
  /// What the parser could not use yet.
  std::string unread_;
};

} // namespace wallet::bench
