#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list_hook.hpp>

#include "http/ask.hpp"
#include "http/byte_budget.hpp"
#include "http/door_probe.hpp"
#include "http/request_reader.hpp"
#include "http/routes.hpp"

namespace wallet::http {

using stream_socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;

/// What all connections of a server share; read-only but for the counters.
struct service {
  limits granted;
  routes served;
  std::shared_ptr<admission> requests;
  /// What is asked of routes that are probes.
  std::shared_ptr<admission> probes;
  std::shared_ptr<admission> connections;
  /// Beyond those, each for one probe.
  std::shared_ptr<admission> probe_connections;
  /// For large answers.
  std::shared_ptr<byte_budget> unsent;
};

/// One client: reads requests, asks the handlers, writes the answers in the
/// order of the requests. Belongs to one thread, its io_context's.
///
/// Pipelined requests are answered one after another, because the second may
/// rely on the first; their answers are gathered into one write.
class connection
    : public std::enable_shared_from_this<connection>,
      public boost::intrusive::list_base_hook<
          boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  using clock = std::chrono::steady_clock;

  /// What a client may have here.
  enum class role : std::uint8_t {
    client, ///< everything
    probe,  ///< one probe: connections are full
    none,   ///< the word that there are too many
  };

  /// `held`: as long as this lives.
  connection(stream_socket socket, std::shared_ptr<const service> with,
             std::shared_ptr<door_probe> door, role granted,
             std::optional<admission::pass> held);

  /// Lives until the client or a deadline ends it.
  void start();

  /// Acts on deadlines that have passed.
  void sweep(clock::time_point now);

  /// From now on requests are told that the service stops.
  void begin_stop();
  /// Closes now, whatever is under way.
  void cut();

private:
  template <class T> using coroutine = boost::asio::awaitable<T, executor>;

  /// What the connection waits for, each with its own deadline.
  enum class phase : std::uint8_t { idle, head, body, asking, write, linger };

  coroutine<void> run(std::shared_ptr<connection> self);
  coroutine<void> serve();
  coroutine<bool> receive();
  coroutine<bool> write();
  coroutine<void> linger();

  /// False: the connection is to be closed after this one.
  coroutine<bool> respond(request &asked);
  std::optional<answer> judge(request &asked);
  std::optional<admission::pass> admit(const route &to);
  bool add_answer(const request &asked, const answer &what);
  void refuse(const problem &why, request unanswered = {});
  answer no_answer() const;

  void enter(phase next);
  phase reading_phase() const;
  std::chrono::milliseconds allowed_in(phase what) const;

  stream_socket socket_;
  std::shared_ptr<const service> service_;
  std::shared_ptr<door_probe> door_;
  role role_;
  std::optional<admission::pass> held_;
  std::shared_ptr<answer_slot> slot_;
  request_reader reader_;
  std::string out_;
  /// Of `out_`, where that is large.
  byte_budget::share unsent_;
  /// Of the question that an actor has.
  const route *asked_ = nullptr;
  phase phase_ = phase::idle;
  clock::time_point since_ = clock::now();
  bool is_stopping_ = false;
};

} // namespace wallet::http
