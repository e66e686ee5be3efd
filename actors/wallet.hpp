#pragma once

#include <unordered_map>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/lean_actor.hpp"
#include "actors/links.hpp"
#include "actors/recent_requests.hpp"

namespace wallet::actors {

/// One wallet: serializes its own commands and never waits for a commit.
///
/// State: what is committed, and what is promised. A debit is admitted against
/// the committed balance less every promise, a promised credit is never spent
/// (escrow), so what is admitted cannot fail later, whatever the order in which
/// the sequencer stamps it. Each promise ends in exactly one `settled` or
/// `aborted`.
///
/// Commands with a key: the same key in flight waits for it; a key remembered
/// or found by the append is answered with what it did; and before a keyed
/// command is refused, the store is asked for its key, because a first try may
/// have spent the money that the retry misses.
///
/// Talks to its shard (requests, passivate), the sequencer, other wallets'
/// shards (offers) and the store reader (keys).
class wallet_actor : public lean_actor {
public:
  /// `state` is nothing for a wallet about to be created.
  wallet_actor(caf::actor_config &config, wallet_id id,
               std::optional<wallet_state> state, links_ptr links);

private:
  void on_message(const caf::type_erased_tuple &content) noexcept override;

  // -- commands
  void on_execute(const execute &request);
  void start(const execute &request, const event_draft &draft);
  void on_read(const read_wallet &request);

  // -- the receiving side of a transfer
  void on_offer(const offer_credit &offer);
  void on_check(const check_receiver &check);

  // -- how a unit of ours ends
  void on_credit_refused(const credit_refused &answer);
  void on_settled(const settled &result);
  void on_aborted(const aborted &result);
  void release_promise(const leg &part);

  // -- refusing: the key, then the receiver, are looked at first
  void refuse(const execute &request, const rejection &why);
  void on_key_looked_up(const key_looked_up &answer);
  void check_receiver_first(std::uint64_t ticket);
  void on_receiver_checked(const receiver_checked &answer);

  command_answer answer_for(const command &repeated,
                            const storage::stored_transaction &stored) const;
  /// Answers a command and the repeats that waited for it.
  void conclude(const execute &request, const command_answer &answer);

  void on_passivate();
  bool has_work() const;

  const wallet_state *committed() const { return state_ ? &*state_ : nullptr; }

  struct pending_refusal {
    execute request;
    rejection why;
  };

  wallet_id id_;
  std::optional<wallet_state> state_;
  links_ptr links_;
  reservations promised_;
  /// Units of ours and credits promised that are not settled yet.
  std::size_t outstanding_ = 0;
  std::uint64_t next_ticket_ = 0;
  std::unordered_map<std::uint64_t, pending_refusal> refusals_;
  /// Keys in flight, with the repeats that came meanwhile.
  std::unordered_map<request_key, std::vector<execute>> waiting_;
  recent_requests recent_;
};

} // namespace wallet::actors
