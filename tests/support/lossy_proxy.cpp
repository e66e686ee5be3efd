#include "tests/support/lossy_proxy.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wallet::testing {

namespace {

/// A file descriptor that closes itself.
class descriptor {
public:
  explicit descriptor(int value = -1) : value_(value) {}
  ~descriptor() { reset(); }
  descriptor(const descriptor &) = delete;
  descriptor &operator=(const descriptor &) = delete;

  int get() const { return value_; }
  void reset() {
    if (value_ >= 0)
      close(value_);
    value_ = -1;
  }

private:
  int value_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int connect_to(int port) {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  if (connect(made, reinterpret_cast<const sockaddr *>(&address),
              sizeof address) != 0) {
    close(made);
    return -1;
  }
  return made;
}

bool send_all(int to, const std::string &bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto n =
        send(to, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

/// Empty at the end of the stream.
std::string receive(int from) {
  std::array<char, 65536> buffer;
  const auto n = recv(from, buffer.data(), buffer.size(), 0);
  return n <= 0 ? std::string()
                : std::string(buffer.data(), static_cast<std::size_t>(n));
}

struct link {
  link(int client_socket, int server_socket)
      : client(client_socket), server(server_socket) {}

  descriptor client;
  descriptor server;
  /// The client's request that was kept.
  std::string held;
  bool loses_answer = false;
};

enum class plan { forward, lose_answer, hold_request };

} // namespace

struct lossy_proxy::implementation {
  int server_port;
  int port = 0;
  descriptor listener{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  descriptor wake{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex;
  std::condition_variable changed;
  std::list<link> links;
  plan next = plan::forward;
  bool is_stopping = false;
  bool must_cut = false;
  bool must_deliver = false;
  bool is_delivered = false;
  /// Only a request with these bytes is the next.
  std::string wanted;
  std::size_t lost_answers = 0;
  std::thread thread;

  explicit implementation(int target) : server_port(target) {
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto *raw = reinterpret_cast<sockaddr *>(&address);
    if (bind(listener.get(), raw, size) != 0 ||
        listen(listener.get(), 16) != 0 ||
        getsockname(listener.get(), raw, &size) != 0)
      throw std::runtime_error("lossy_proxy: no free port");
    port = ntohs(address.sin_port);
    thread = std::thread([this] { run(); });
  }

  ~implementation() {
    set([this] { is_stopping = true; });
    thread.join();
  }

  template <class Change> void set(Change change) {
    const std::scoped_lock lock(mutex);
    change();
    eventfd_write(wake.get(), 1);
  }

  void run() {
    for (;;) {
      std::vector<pollfd> watched{{wake.get(), POLLIN, 0},
                                  {listener.get(), POLLIN, 0}};
      {
        const std::scoped_lock lock(mutex);
        for (auto &one : links) {
          watched.push_back({one.client.get(), POLLIN, 0});
          watched.push_back({one.server.get(), POLLIN, 0});
        }
      }
      poll(watched.data(), watched.size(), -1);
      const std::scoped_lock lock(mutex);
      if (is_stopping)
        return;
      eventfd_t ignored;
      eventfd_read(wake.get(), &ignored);
      obey();
      auto at = watched.begin() + 2;
      for (auto &one : links) {
        const bool from_client = at++->revents != 0;
        const bool from_server = at++->revents != 0;
        if (from_client && one.client.get() >= 0)
          on_request(one);
        if (from_server && one.server.get() >= 0)
          on_answer(one);
      }
      links.remove_if([](const link &one) {
        return one.client.get() < 0 && one.server.get() < 0;
      });
      if (watched[1].revents != 0)
        accept_one();
    }
  }

  void accept_one() {
    const int client = accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0)
      links.emplace_back(client, connect_to(server_port));
  }

  void obey() {
    if (std::exchange(must_cut, false))
      for (auto &one : links)
        one.client.reset();
    if (std::exchange(must_deliver, false))
      for (auto &one : links)
        if (!one.held.empty()) {
          send_all(one.server.get(), std::exchange(one.held, {}));
          one.loses_answer = true;
        }
  }

  void on_request(link &one) {
    const auto bytes = receive(one.client.get());
    if (bytes.empty()) { // the client went; so does its server
      one.client.reset();
      one.server.reset();
      return;
    }
    const bool is_wanted = bytes.find(wanted) != std::string::npos;
    switch (is_wanted ? std::exchange(next, plan::forward) : plan::forward) {
    case plan::hold_request:
      one.held = bytes;
      one.client.reset();
      return;
    case plan::lose_answer:
      one.loses_answer = true;
      break;
    case plan::forward:
      break;
    }
    send_all(one.server.get(), bytes);
  }

  void on_answer(link &one) {
    const auto bytes = receive(one.server.get());
    if (bytes.empty()) {
      one.client.reset();
      one.server.reset();
    } else if (one.loses_answer) {
      one.client.reset();
      one.server.reset();
      is_delivered = true;
      ++lost_answers;
      changed.notify_all();
    } else if (one.client.get() >= 0) {
      send_all(one.client.get(), bytes);
    }
  }
};

lossy_proxy::lossy_proxy(int server_port)
    : impl_(std::make_unique<implementation>(server_port)) {}

lossy_proxy::~lossy_proxy() = default;

std::string lossy_proxy::url(const std::string &database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(impl_->port) +
         "/" + database;
}

void lossy_proxy::lose_next_answer(const std::string &statement) {
  impl_->set([&] {
    impl_->next = plan::lose_answer;
    // In a Bind message the name stands between two zeros; in the Parse that
    // prepares the statement it follows the length.
    const std::string zero(1, '\0');
    impl_->wanted = statement.empty() ? "" : zero + statement + zero;
  });
}

std::size_t lossy_proxy::lost_answers() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->lost_answers;
}

void lossy_proxy::hold_next_request() {
  impl_->set([this] {
    impl_->next = plan::hold_request;
    impl_->wanted.clear();
  });
}

void lossy_proxy::deliver_held_request() {
  impl_->set([this] {
    impl_->is_delivered = false;
    impl_->must_deliver = true;
  });
  std::unique_lock lock(impl_->mutex);
  if (!impl_->changed.wait_for(lock, std::chrono::seconds(20),
                               [this] { return impl_->is_delivered; }))
    throw std::runtime_error("lossy_proxy: the server does not answer");
}

void lossy_proxy::cut_clients() {
  impl_->set([this] { impl_->must_cut = true; });
}

} // namespace wallet::testing
