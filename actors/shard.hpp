#pragma once

#include <deque>
#include <unordered_map>

#include <boost/intrusive/list.hpp>
#include <caf/event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "actors/limits.hpp"
#include "actors/links.hpp"

namespace wallet::actors {

/// The wallets of one shard that are in memory: routes requests to them, wakes
/// them from their newest event, lets the longest unused ones go.
///
/// Waking: ids that are asked for while one read is under way are collected
/// and read together. Letting go takes two steps, so that nothing is lost
/// between them: the wallet is asked to leave and its new requests are parked;
/// it stays if it has work, or says goodbye to the sequencer, and then parked
/// requests wake it anew.
class shard_actor : public caf::event_based_actor {
public:
  shard_actor(caf::actor_config &config, std::shared_ptr<wallet_links> links,
              const limits &within);

  caf::behavior make_behavior() override;
  const char *name() const override { return "shard"; }
  void on_exit() override;

private:
  /// What a wallet can be asked through its shard.
  using request =
      std::variant<execute, read_wallet, offer_credit, check_receiver>;

  enum class phase : std::uint8_t { waking, resident, leaving };

  struct entry : boost::intrusive::list_base_hook<> {
    wallet_id id;
    phase state = phase::waking;
    caf::actor wallet;
    /// Requests of a wallet that is waking or leaving.
    std::vector<request> parked;
  };

  void route(const wallet_id &id, request asked);
  void deliver(const entry &to, request asked);
  void wake(entry &sleeping);
  void read_next();
  void on_loaded(const wallets_loaded &answer);
  void install(entry &sleeping, std::optional<wallet_state> state);
  void refuse_parked(entry &sleeping, const refusal &why);
  void make_room();
  void on_stay(const stay_awake &answer);
  void on_forgotten(const wallet_forgotten &answer);

  std::shared_ptr<wallet_links> links_;
  std::size_t capacity_;
  std::size_t wallets_per_load_;
  std::unordered_map<wallet_id, entry> entries_;
  /// Residents, the longest unused first.
  boost::intrusive::list<entry, boost::intrusive::constant_time_size<true>>
      by_use_;
  std::vector<wallet_id> asked_;
  bool is_reading_ = false;
};

} // namespace wallet::actors
