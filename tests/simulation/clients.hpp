#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "actors/interfaces.hpp"
#include "tests/simulation/mix.hpp"
#include "tests/simulation/sim_store.hpp"

namespace wallet::simulation {

/// Applications that use the nodes: they create, fund, transfer, read and
/// repeat keyed requests, and hold every answer against the event store.
///
/// Answers are linearizable per wallet if each effect was committed between
/// its request and its answer, each read shows a version that is not older than
/// one answered before it was asked for, and each refusal was true at some
/// moment between.
class clients {
public:
  using tracer = std::function<void(const std::string &)>;

  /// All references outlive this.
  clients(const sim_store &store, const mix &likely, std::mt19937_64 &random,
          tracer trace);

  /// The node that the next request goes to: mostly the one that answered.
  std::size_t choose_node();

  /// Sends one request.
  void act(std::size_t node, const caf::actor &gateway);

  /// After the faults: every key once more, all money of every wallet moved
  /// (which fails when a promise leaked), every wallet read. True: something
  /// was sent, or is still to be.
  bool ask_last_things(std::size_t node, const caf::actor &gateway);

  /// I2: what no client asked for is not in the store, and what was answered
  /// or refused is there so often.
  void must_have_asked_for_everything();

  /// A second owner's write behind the node's back.
  void fund_directly(sim_store &store, const storage::shard_heads &heads,
                     timestamp now);

  /// A new wallet, whatever becomes of it.
  static void create_unwatched(const caf::actor &gateway);

  /// The node is gone: its open requests have an unknown outcome.
  void disconnect(std::size_t node);

  bool has_open_requests() const { return !open_.empty(); }
  std::string describe_open() const;

  /// Answers by kind.
  const std::map<std::string, std::size_t> &counts() const { return counts_; }

  /// Raises what an answer revealed.
  void check() const;

private:
  using versions = std::map<wallet_id, stream_version>;

  /// A command; without one a read of a wallet, or of all wallets.
  struct request {
    std::optional<command> asked;
    std::optional<wallet_id> wallet;
    /// Nothing may refuse it, and it is sent again until it is done.
    bool must_succeed = false;
    std::size_t node = 0;
    std::uint64_t sent = 0;
    /// When this was sent: what had been answered (I9, I11), what was stored.
    versions known, stored;
  };

  /// A transfer that may hold a promise on its wallet's money.
  struct debit {
    wallet_id from;
    money amount;
    std::uint64_t sent;
    std::optional<std::uint64_t> ended;
  };

  /// What a key was first answered with: the first leg, and when.
  struct keyed_answer {
    event first;
    std::uint64_t at;
  };

  /// How often a command was sent, and how it ended.
  struct tally {
    std::size_t sent = 0, done = 0, refused = 0;
  };
  /// Commands without a key that cannot be told apart.
  using signature = std::tuple<wallet_id, event_type, money>;

  template <class Answer> class sink;
  template <class Answer>
  actors::reply_to<Answer> reply_with(std::uint64_t ticket);

  void send(const caf::actor &gateway, request what);
  command make_command();
  command make_creation();
  command repeat_command();
  void count_repeat(const request_key &key);
  wallet_id some_wallet();
  void plan_last_things();

  void on_answer(std::uint64_t ticket, const actors::command_answer &answer);
  void on_answer(std::uint64_t ticket, const actors::wallet_answer &answer);
  void on_answer(std::uint64_t ticket, const actors::wallets_answer &answer);
  template <class Answer>
  std::optional<request> end(std::uint64_t ticket, const Answer &answer);
  void on_read(const request &what, const wallet_state &shown);
  void on_failure(const request &what, actors::failure why);
  void on_rejection(const request &what, const rejection &why);
  void on_receipt(const request &what, const actors::receipt &effect);
  void check_event(const request &what, const event &claimed, bool is_replay);
  bool can_lack(const request &what, money amount) const;
  tally &tally_of(const command &asked);
  void learn(const wallet_id &wallet, stream_version version);
  void must(bool holds, const std::string &what);
  std::size_t pick(std::size_t below) { return random_() % below; }

  const sim_store &store_;
  const mix &likely_;
  std::mt19937_64 &random_;
  tracer trace_;
  std::size_t node_ = 0;
  /// Counts requests and answers: their order in real time.
  std::uint64_t moment_ = 0;
  std::uint64_t next_ticket_ = 1;
  std::uint64_t next_key_ = 1;
  std::map<std::uint64_t, request> open_;
  /// By ticket.
  std::map<std::uint64_t, debit> debits_;
  std::map<signature, tally> tallies_;
  std::map<request_key, tally> keyed_tallies_;
  std::size_t funded_directly_ = 0;
  /// Keyed commands sent so far, and the first answer to each.
  std::vector<command> keyed_;
  std::map<request_key, keyed_answer> answers_;
  std::set<request_key> lost_in_crash_;
  /// The newest version of each wallet that an answer showed.
  versions known_;
  std::vector<wallet_id> wallets_;
  std::map<std::string, std::size_t> counts_;
  std::string broken_;

  enum class stage : std::uint8_t { faults, keys, moves, reads, over };
  stage stage_ = stage::faults;
  std::vector<request> last_things_;
};

} // namespace wallet::simulation
