#include "bench/channel.hpp"

#include <array>

namespace wallet::bench {

namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr auto pause_before_reconnect = 100ms;
constexpr std::size_t longest_head = 16 * 1024;

} // namespace

bool channel::open() {
  error_code error;
  socket_.connect(server_, error);
  if (!error)
    socket_.set_option(tcp::no_delay(true), error);
  if (!error)
    socket_.non_blocking(true, error);
  if (error)
    close();
  return !error;
}

void channel::close() {
  error_code ignored;
  socket_.close(ignored);
}

void channel::send(const std::string &request, std::string *body,
                   on_answer done) {
  done_ = std::move(done);
  parser_.emplace(body);
  unread_.clear();
  if (!socket_.is_open() && !open())
    return fail_later();
  error_code error;
  const auto sent = socket_.write_some(boost::asio::buffer(request), error);
  // A request is far smaller than the socket's buffer.
  if (error || sent != request.size())
    return fail_later();
  wait();
}

void channel::fail_later() {
  close();
  pause_.expires_after(pause_before_reconnect);
  pause_.async_wait([this](error_code) { done_(0, false); });
}

// A wait and one read: async_read_some would try to read first, in vain.
void channel::wait() {
  socket_.async_wait(tcp::socket::wait_read, [this](error_code error) {
    if (error)
      return fail_later();
    receive();
  });
}

void channel::receive() {
  // Answers mostly come whole: one buffer does for ten thousand sockets.
  static thread_local std::array<char, 64 * 1024> received;
  error_code error;
  const auto count = socket_.read_some(boost::asio::buffer(received), error);
  if (error == boost::asio::error::would_block)
    return wait();
  if (error)
    return fail_later();
  std::string_view bytes(received.data(), count);
  if (!unread_.empty())
    bytes = unread_.append(bytes);
  bytes.remove_prefix(parser_->feed(bytes));
  const bool is_too_much =
      bytes.size() > longest_head || (parser_->is_done() && !bytes.empty());
  if (parser_->is_malformed() || is_too_much)
    return fail_later();
  unread_ = std::string(bytes);
  if (!parser_->is_done())
    return wait();
  if (!parser_->keep_alive())
    close();
  done_(parser_->status(), parser_->is_refusal());
}

} // namespace wallet::bench
