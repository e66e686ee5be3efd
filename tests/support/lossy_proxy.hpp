#pragma once

#include <memory>
#include <string>

namespace wallet::testing {

/// A TCP proxy in front of a PostgreSQL server that loses what it is told to
/// lose, at exactly that place. A thread of its own; all methods return at
/// once unless they say otherwise.
class lossy_proxy {
public:
  explicit lossy_proxy(int server_port);
  ~lossy_proxy();

  std::string url(const std::string &database) const;

  /// The next request, or the next that executes the prepared statement named,
  /// goes through; when the server has answered, the client is cut off instead
  /// of getting the answer.
  void lose_next_answer(const std::string &statement = {});
  /// How many answers have been lost so far.
  std::size_t lost_answers() const;

  /// The next request is kept, and the client is cut off: an orphan whose
  /// bytes are still on their way.
  void hold_next_request();
  /// Hands the kept request to the server and waits until it has answered.
  void deliver_held_request();

  /// Cuts off all clients; their servers' ends stay open: what runs there goes
  /// on.
  void cut_clients();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace wallet::testing
