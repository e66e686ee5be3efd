#pragma once

#include <memory>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/intrusive/list.hpp>

#include "http/connection.hpp"

namespace wallet::http {

/// The connections of one io_context, with the one timer that watches their
/// deadlines. Belongs to that io_context's thread.
class worker : public std::enable_shared_from_this<worker> {
public:
  worker(executor where, std::shared_ptr<const service> with);

  const executor &where() const { return where_; }

  /// Begins to watch the deadlines, and does until end().
  void start() { sweep(); }
  void serve(stream_socket client);

  /// From now on requests are told that the service stops.
  void begin_stop();
  /// Closes what is left.
  void end();

private:
  using clock = connection::clock;
  using timer =
      boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>,
                                        executor>;

  void begin(stream_socket client, connection::role granted,
             std::optional<admission::pass> held);
  void sweep();
  template <class Visit> void for_each(const Visit &visit);

  executor where_;
  std::shared_ptr<const service> service_;
  std::shared_ptr<door_probe> door_;
  timer timer_;
  boost::intrusive::list<connection,
                         boost::intrusive::constant_time_size<false>>
      connections_;
  bool is_stopping_ = false;
  bool is_ended_ = false;
};

} // namespace wallet::http
