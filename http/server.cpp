#include "http/server.hpp"

#include <condition_variable>
#include <mutex>

#include <sys/resource.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "http/worker.hpp"

namespace wallet::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// How long to leave waiting clients alone when the process has no file
/// descriptor for them: those it has are served meanwhile.
constexpr std::chrono::milliseconds accept_pause{100};

std::string reason(const boost::system::error_code &error) {
  if (error == asio::error::address_in_use)
    return "another program listens there: stop it, or choose another port";
  if (error == asio::error::access_denied)
    return "not permitted: ports below 1024 need privileges";
  return error.message();
}

} // namespace

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class server::implementation
    : public std::enable_shared_from_this<implementation> {
public:
  implementation(const std::vector<asio::io_context *> &contexts,
                 const options &chosen, routes served)
      : service_(std::make_shared<service>(service{
            chosen.granted, std::move(served),
            std::make_shared<admission>(chosen.granted.in_flight,
                                        chosen.granted.least_in_flight),
            std::make_shared<admission>(chosen.granted.probes),
            std::make_shared<admission>(chosen.granted.connections),
            std::make_shared<admission>(chosen.granted.probes),
            std::make_shared<byte_budget>(chosen.granted.unsent_bytes)})),
        acceptor_(contexts.front()->get_executor()),
        pause_(contexts.front()->get_executor()) {
    for (auto *context : contexts)
      workers_.push_back(
          std::make_shared<worker>(context->get_executor(), service_));
    listen(chosen);
  }

  void start() {
    for (const auto &each : workers_)
      asio::post(each->where(), [each] { each->start(); });
    asio::post(workers_.front()->where(),
               [self = shared_from_this()] { self->accept(); });
  }

  std::uint16_t port() const { return port_; }
  const limits &granted() const { return service_->granted; }

  /// Whether all connections have gone in time.
  bool await_silence() {
    const auto left = *stop_until_ - clock::now();
    return service_->connections->await_none(
        std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                 std::chrono::milliseconds(0)));
  }

  void begin_stop() {
    if (stop_until_)
      return;
    stop_until_ = clock::now() + granted().stop;
    // Accepted sockets on their way to a worker are before this in its queue.
    asio::post(workers_.front()->where(), [self = shared_from_this()] {
      boost::system::error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
      for (const auto &each : self->workers_)
        asio::post(each->where(), [each] { each->begin_stop(); });
    });
  }

  void end() {
    for (const auto &each : workers_)
      asio::post(each->where(), [each] { each->end(); });
  }

private:
  using acceptor = asio::basic_socket_acceptor<tcp, executor>;
  using clock = connection::clock;

  void listen(const options &chosen) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(chosen.host, error);
    const tcp::endpoint where(address, chosen.port);
    if (!error)
      acceptor_.open(where.protocol(), error);
    if (!error)
      acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error)
      acceptor_.bind(where, error);
    if (!error)
      acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (error)
      throw cannot_listen("cannot listen on " + chosen.host + ":" +
                          std::to_string(chosen.port) + ": " + reason(error));
    port_ = acceptor_.local_endpoint().port();
  }

  void accept() {
    if (!acceptor_.is_open())
      return;
    const auto &next = workers_[turn_++ % workers_.size()];
    acceptor_.async_accept(
        next->where(),
        [self = shared_from_this(),
         next](const boost::system::error_code &error, stream_socket client) {
          self->on_accept(error, next, std::move(client));
        });
  }

  void on_accept(const boost::system::error_code &error,
                 const std::shared_ptr<worker> &to, stream_socket client) {
    if (error == asio::error::operation_aborted)
      return;
    if (error)
      return wait_before_accepting(error);
    is_pause_told_ = false;
    asio::post(to->where(), [to, client = std::move(client)]() mutable {
      to->serve(std::move(client));
    });
    accept();
  }

  void wait_before_accepting(const boost::system::error_code &error) {
    if (!is_pause_told_)
      spdlog::warn("http: cannot accept connections: {}", error.message());
    is_pause_told_ = true;
    pause_.expires_after(accept_pause);
    pause_.async_wait(
        [self = shared_from_this()](const boost::system::error_code &) {
          self->accept();
        });
  }

  std::shared_ptr<const service> service_;
  acceptor acceptor_;
  asio::basic_waitable_timer<clock, asio::wait_traits<clock>, executor> pause_;
  std::vector<std::shared_ptr<worker>> workers_;
  std::uint16_t port_ = 0;
  std::size_t turn_ = 0;
  bool is_pause_told_ = false;
  std::optional<clock::time_point> stop_until_;
};

server::server(const std::vector<asio::io_context *> &contexts,
               const options &chosen, routes served)
    : impl_(std::make_shared<implementation>(contexts, chosen,
                                             std::move(served))) {
  impl_->start();
}

server::~server() { stop(); }

std::uint16_t server::port() const { return impl_->port(); }

void server::begin_stop() {
  if (impl_)
    impl_->begin_stop();
}

void server::stop() {
  if (!impl_)
    return;
  impl_->begin_stop();
  if (!impl_->await_silence())
    spdlog::warn("http: connections are cut, they did not end in time");
  impl_->end();
  impl_.reset();
}

} // namespace wallet::http
