#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace wallet::testing {

/// A TCP client that sends what no decent client would. Blocking; a wait ends
/// after `patience`, so that a test fails instead of hanging.
class raw_socket {
public:
  explicit raw_socket(std::uint16_t port,
                      std::chrono::seconds patience = std::chrono::seconds(10));
  ~raw_socket();
  raw_socket(const raw_socket &) = delete;
  raw_socket &operator=(const raw_socket &) = delete;

  /// False when the server has gone.
  bool send(std::string_view bytes);
  /// No more is coming from us.
  void finish();

  /// One whole answer: head, and a body of its Content-Length; empty when the
  /// server closes or says nothing.
  std::string receive();
  /// All that comes until the server closes; "(silence)" at the end if it does
  /// not.
  std::string receive_all();

private:
  bool read_more();

  int socket_;
  std::string unread_;
  bool is_silent_ = false;
};

} // namespace wallet::testing
