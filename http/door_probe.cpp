#include "http/door_probe.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <sys/eventfd.h>

namespace wallet::http {

namespace {

/// Between two probes: a tenth of the wait that matters.
constexpr std::chrono::milliseconds pause{5};

int make_event() {
  const int made = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (made < 0)
    throw std::system_error(errno, std::generic_category(), "eventfd");
  return made;
}

} // namespace

door_probe::door_probe(executor where) : event_(where, make_event()) {}

door_probe::clock::duration door_probe::wait() {
  const auto now = clock::now();
  if (!is_under_way_ && now - sent_ > pause)
    send(now);
  return is_under_way_ ? std::max(found_, now - sent_) : found_;
}

void door_probe::send(clock::time_point now) {
  sent_ = now;
  is_under_way_ = true;
  event_.async_wait(
      boost::asio::posix::descriptor_base::wait_read,
      [self = shared_from_this()](const boost::system::error_code &error) {
        if (!error)
          self->on_arrival();
      });
  eventfd_write(event_.native_handle(), 1);
}

void door_probe::on_arrival() {
  eventfd_t ignored = 0;
  eventfd_read(event_.native_handle(), &ignored);
  found_ = clock::now() - sent_;
  is_under_way_ = false;
}

} // namespace wallet::http
