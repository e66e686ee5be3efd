#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/asio/buffer.hpp>

#include "http/request_parser.hpp"

namespace wallet::http {

/// Makes requests of the bytes of one connection. No sockets: one thread at a
/// time, never blocks. Holds at most header_bytes + 8 KiB of unread bytes and
/// one body.
class request_reader {
public:
  explicit request_reader(const limits &granted);

  /// Where the client's next bytes go, and how many went there.
  boost::asio::mutable_buffer room();
  void received(std::size_t bytes) { end_ += bytes; }

  /// More bytes are needed.
  struct incomplete {};
  /// More bytes are needed, and the client waits for "100 Continue" before it
  /// sends them. Told once for each request.
  struct waits_for_continue {};
  /// After a problem the connection is of no more use.
  using step = std::variant<incomplete, waits_for_continue, request, problem>;
  step next();

  /// After a problem: as much of the request as was understood before.
  request take_unfinished();

  /// What the client is sending.
  enum class part : std::uint8_t { nothing, head, body };
  part present() const;

private:
  std::string_view unread() const;
  std::optional<problem> begin_request();
  step continue_request();

  limits granted_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::optional<request_parser> parser_;
  bool is_continue_told_ = false;
};

} // namespace wallet::http
