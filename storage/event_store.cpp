#include "storage/event_store.hpp"

#include <algorithm>
#include <string_view>

#include "storage/event_row.hpp"

namespace wallet::storage {

namespace {

/// Raised by ledger.append_batch: see migrations/ledger.
constexpr std::string_view fenced_state = "WL001";
constexpr std::string_view inconsistent_state = "WL002";
/// SQLSTATE class "integrity constraint violation".
constexpr std::string_view integrity_class = "23";

const statement append_batch{
    "append_batch", "select * from ledger.append_batch($1, $2, $3, $4, $5)"};

const statement resolve_batch{
    "resolve_batch", "select shard, epoch, is_committed "
                     "from ledger.resolve_batch($1, $2, $3) order by shard"};

const statement look_at_owner{
    "look_at_owner", "select coalesce(max(owner), ''), sum(epoch)::bigint "
                     "from ledger.heads"};

const statement take_shards{
    "take_shards",
    "select position, epoch, last_recorded_at "
    "from ledger.take_shards($1, $2::bigint * interval '1 ms', $3, $4) "
    "order by shard"};

const statement renew_lease{
    "renew_lease", "update ledger.nodes set lease_until = clock_timestamp() + "
                   "$2::bigint * interval '1 ms', place = $3 where node = $1"};

const statement release_lease{"release_lease",
                              "delete from ledger.nodes where node = $1"};

/// Did the server refuse because the writer is wrong about the log?
bool is_fence(const statement_failed &error) {
  const auto &state = error.sqlstate();
  return state == fenced_state || state == inconsistent_state ||
         state.starts_with(integrity_class);
}

std::vector<uuid> keys_of(const rows &found) {
  std::vector<uuid> keys;
  for (std::size_t i = 0; i < found.size(); ++i)
    keys.push_back(found[i].uuid(0));
  return keys;
}

} // namespace

event_store::event_store(std::string url, std::string purpose)
    : connection_({.url = std::move(url),
                   .purpose = std::move(purpose),
                   .uses_indexes_only = true}) {}

append_outcome event_store::append(const batch &written) {
  std::vector<uuid> known;
  try {
    const auto advances = connection_.oid_of("ledger.shard_advance");
    const auto keys = connection_.oid_of("ledger.shard_key");
    const auto events = connection_.oid_of("ledger.event_row");
    const auto wallets = connection_.oid_of("ledger.wallet_row");
    parameters given;
    given.uuid(written.id.value())
        .encoded(encode_advances(advances, written.advances))
        .encoded(encode_keys(keys, written.events))
        .encoded(encode_events(events, written.events))
        .encoded(encode_wallets(wallets, written.events));
    try {
      known = keys_of(connection_.run(append_batch, given));
    } catch (const connection_lost &error) {
      return unknown{error.what()};
    }
    if (known.empty())
      return committed{};
    return duplicates_of(written, known);
  } catch (const statement_failed &error) {
    if (is_fence(error))
      return fenced{error.what()};
    return rejected{error.what()};
  } catch (const unavailable &error) {
    return rejected{error.what()};
  } catch (const unreadable_event &error) {
    return rejected{error.what()};
  }
}

append_outcome event_store::duplicates_of(const batch &written,
                                          const std::vector<uuid> &known) {
  std::vector<std::pair<wallet_id, request_key>> keys;
  for (const auto &one : written.events)
    if (const auto &key = one.fact.key;
        key &&
        std::find(known.begin(), known.end(), key->value()) != known.end())
      keys.emplace_back(one.fact.wallet, *key);
  duplicates answer{find(keys)};
  if (answer.found.size() != known.size())
    return rejected{"the store reports " + std::to_string(known.size()) +
                    " known request keys and shows " +
                    std::to_string(answer.found.size())};
  return answer;
}

std::optional<resolved> event_store::resolve(const batch &written,
                                             const std::string &node) {
  std::vector<std::int16_t> shards;
  for (const auto &advance : written.advances)
    shards.push_back(advance.shard.value());
  connection_.reconnect();
  const auto found =
      connection_.run(resolve_batch, parameters()
                                         .uuid(written.id.value())
                                         .encoded(int2_array(shards))
                                         .text(node));
  if (found.empty())
    return std::nullopt;
  resolved answer;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto head = found[i];
    answer.epochs.emplace_back(
        shard_number(static_cast<std::size_t>(head.int16(0))),
        epoch{head.int64(1)});
    answer.is_committed = head.boolean(2);
  }
  return answer;
}

ownership event_store::take(const std::string &node,
                            std::chrono::milliseconds lease,
                            const std::string &place) {
  const auto seen = connection_.run(look_at_owner);
  const auto taken = connection_.run(take_shards, parameters()
                                                      .text(node)
                                                      .int64(lease.count())
                                                      .text(place)
                                                      .int64(seen[0].int64(1)));
  if (taken.empty())
    return standby{std::string(seen[0].text(0))};
  owned answer;
  for (std::size_t i = 0; i < answer.heads.size(); ++i) {
    const auto head = taken[i];
    answer.heads.at(i) = {.position = log_position{head.int64(0)},
                          .epoch = epoch{head.int64(1)},
                          .last_recorded_at = head.time(2)};
  }
  return answer;
}

bool event_store::renew(const std::string &node,
                        std::chrono::milliseconds lease,
                        const std::string &place) {
  return connection_
             .run(renew_lease,
                  parameters().text(node).int64(lease.count()).text(place))
             .affected() == 1;
}

void event_store::release(const std::string &node) {
  connection_.run(release_lease, parameters().text(node));
}

} // namespace wallet::storage
