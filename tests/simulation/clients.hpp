#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "actors/interfaces.hpp"
#include "tests/simulation/sim_store.hpp"

namespace wallet::simulation {

/// Applications that use the node: they create, fund, transfer, read and
/// repeat keyed requests, and hold every answer against the event store.
class clients {
public:
  clients(const sim_store &store, std::mt19937_64 &random);

  /// Sends one request; returns it in words.
  std::string act(const caf::actor &gateway);

  /// After the faults: every key once more, every wallet read, all its money
  /// moved (which fails when a promise leaked). True: something was sent.
  bool ask_last_things(const caf::actor &gateway);

  /// A second owner's write behind the node's back.
  void fund_directly(sim_store &store, const storage::shard_heads &heads,
                     timestamp now);

  /// The node is gone: open requests have an unknown outcome.
  void disconnect();

  bool has_open_requests() const { return !open_.empty(); }
  std::string describe_open() const;

  /// Answers by kind.
  const std::map<std::string, std::size_t> &counts() const { return counts_; }

  /// Raises what an answer revealed.
  void check() const;

private:
  /// A command, or a read when there is no command.
  struct request {
    std::optional<command> asked;
    wallet_id wallet;
    /// Nothing may refuse it, and it is sent again until it is done.
    bool must_succeed = false;
    /// What had been answered before this was sent (I9, I11).
    std::map<wallet_id, stream_version> known;
  };

  template <class Answer> class sink;

  void send(const caf::actor &gateway, request what);
  command make_command();
  command repeat_command();
  wallet_id some_wallet();
  void plan_last_things();

  void on_answer(std::uint64_t ticket, const actors::command_answer &answer);
  void on_answer(std::uint64_t ticket, const actors::wallet_answer &answer);
  void on_failure(const request &what);
  void on_rejection(const request &what, const rejection &why);
  void on_receipt(const request &what, const actors::receipt &effect);
  void check_event(const request &what, const event &claimed, bool is_replay);
  void learn(const wallet_id &wallet, stream_version version);
  void must(bool holds, const std::string &what);
  std::size_t pick(std::size_t below) { return random_() % below; }

  const sim_store &store_;
  std::mt19937_64 &random_;
  std::uint64_t next_ticket_ = 1;
  std::uint64_t next_key_ = 1;
  std::map<std::uint64_t, request> open_;
  /// Keyed commands sent so far, and the first leg answered to each.
  std::vector<command> keyed_;
  std::map<request_key, event> answers_;
  /// The newest version of each wallet that an answer showed.
  std::map<wallet_id, stream_version> known_;
  std::vector<wallet_id> wallets_;
  std::map<std::string, std::size_t> counts_;
  std::string broken_;

  enum class stage : std::uint8_t { faults, keys, moves, reads, over };
  stage stage_ = stage::faults;
  std::vector<request> last_things_;
};

} // namespace wallet::simulation
