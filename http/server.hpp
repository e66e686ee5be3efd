#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "http/limits.hpp"
#include "http/routes.hpp"

namespace wallet::http {

/// A sentence for the operator: which address, why, what to do.
class cannot_listen : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Each connection is a file descriptor: allows this process as many as the
/// system lets it have. The usual soft limit is 1,024.
void raise_descriptor_limit();

/// An HTTP/1.1 server over io_contexts that others run, one thread each. One
/// listening socket, whose connections are dealt out in turn: with a socket
/// for each thread (SO_REUSEPORT) the kernel's hash loads them unevenly, and a
/// port that another program holds would be shared with it silently.
class server {
public:
  struct options {
    /// An address of this machine; "0.0.0.0" for all of IPv4, "::" for all.
    std::string host = "127.0.0.1";
    /// 0: the system chooses, see port().
    std::uint16_t port = 0;
    limits granted{};
  };

  /// Listens at once (raises cannot_listen), answers when the contexts run.
  server(const std::vector<boost::asio::io_context *> &contexts,
         const options &chosen, routes served);
  /// stop(), if that was not called.
  ~server();

  std::uint16_t port() const;

  /// Closes the port, lets what is under way be answered, tells new requests
  /// on open connections that the service stops, and closes them. Returns at
  /// once. Idempotent.
  void begin_stop();
  /// Blocks until that is done, until limits::stop after it began at most; not
  /// from a context's thread. Idempotent.
  void stop();

private:
  class implementation;
  std::shared_ptr<implementation> impl_;
};

} // namespace wallet::http
