#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

namespace wallet::http {

/// How long a request waits in its socket until the thread reads it. The kernel
/// hands out sockets in the order in which they became readable, so a
/// descriptor of our own that is made readable now and then stands in the same
/// queue. Belongs to one io_context's thread.
class door_probe : public std::enable_shared_from_this<door_probe> {
public:
  using clock = std::chrono::steady_clock;
  using executor = boost::asio::io_context::executor_type;

  /// Raises std::system_error without a descriptor.
  explicit door_probe(executor where);

  /// The wait found last, or that of the probe under way if it is longer. Ask
  /// for each request: a new probe is made when the last one is old.
  clock::duration wait();

private:
  void send(clock::time_point now);
  void on_arrival();

  boost::asio::posix::basic_stream_descriptor<executor> event_;
  clock::time_point sent_{};
  clock::duration found_{0};
  bool is_under_way_ = false;
};

} // namespace wallet::http
