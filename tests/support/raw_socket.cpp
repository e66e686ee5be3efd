#include "tests/support/raw_socket.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wallet::testing {

raw_socket::raw_socket(std::uint16_t port, std::chrono::seconds patience)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(socket_, reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0)
    throw std::runtime_error("raw_socket: nobody listens");
}

raw_socket::~raw_socket() { close(socket_); }

bool raw_socket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void raw_socket::finish() { shutdown(socket_, SHUT_WR); }

bool raw_socket::read_more() {
  std::array<char, 16 * 1024> part;
  const auto size = recv(socket_, part.data(), part.size(), 0);
  is_silent_ = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  if (size <= 0)
    return false;
  unread_.append(part.data(), static_cast<std::size_t>(size));
  return true;
}

std::string raw_socket::receive() {
  std::size_t head = 0;
  while ((head = unread_.find("\r\n\r\n")) == std::string::npos)
    if (!read_more())
      return {};
  std::size_t size = head + 4;
  constexpr std::string_view length = "\r\nContent-Length: ";
  if (const auto at = unread_.find(length); at < head)
    size += std::stoul(unread_.substr(at + length.size()));
  while (unread_.size() < size)
    if (!read_more())
      return {};
  auto answer = unread_.substr(0, size);
  unread_.erase(0, size);
  return answer;
}

std::string raw_socket::receive_all() {
  while (read_more()) {
  }
  return std::move(unread_) + (is_silent_ ? "(silence)" : "");
}

} // namespace wallet::testing
