#include <unordered_map>

#include "storage/event_row.hpp"
#include "storage/event_store.hpp"

namespace wallet::storage {

namespace {

/// Above it, the planner was seen to leave the index for a scan of the table
/// (1,000 ids: 1.2 s instead of 0.1 s).
constexpr std::size_t max_ids_per_query = 100;

const statement newest_events{
    "newest_events",
    "select " + profile_columns("w") +
        ", e.version, e.balance, e.held, e.recorded_at "
        "from unnest($1::uuid[], $2::smallint[]) asked(id, shard) "
        "cross join lateral (select * from ledger.events last "
        "where last.shard = asked.shard and last.wallet_id = asked.id "
        "order by last.version desc limit 1) e "
        "cross join lateral (select * from ledger.wallets known "
        "where known.id = asked.id limit 1) w"};

const statement keyed_transactions{
    "keyed_transactions",
    "select " + event_columns("e") + ", o.position is not null, " +
        event_columns("o") +
        " from unnest($1::uuid[], $2::smallint[]) asked(key, shard) "
        "cross join lateral (select * from ledger.events keyed "
        "where keyed.shard = asked.shard and keyed.request_key = asked.key "
        "and keyed.request_key is not null limit 1) e "
        "left join lateral (select * from ledger.events other "
        "where other.shard = ledger.shard_of(e.counterparty_id) "
        "and other.position = e.counterparty_position limit 1) o on true"};

const statement users_wallets{"users_wallets",
                              "select id from ledger.wallets "
                              "where user_id = $1 "
                              "order by created_at desc, id desc limit $2"};

const statement log_after{
    "log_after",
    "select " + event_columns("e") + ", " + profile_columns("w") + ", " +
        profile_columns("c") +
        " from (select * from ledger.events log where log.shard = $1 "
        "and log.position > $2 order by log.position limit $3) e "
        "left join lateral (select * from ledger.wallets owner "
        "where owner.id = e.wallet_id limit 1) w on true "
        "left join lateral (select * from ledger.wallets other "
        "where other.id = e.counterparty_id limit 1) c on true "
        "order by e.position"};

const statement heads{"heads", "select position from ledger.heads"};

const statement cursors{
    "cursors", "select coalesce(c.position, 0) from generate_series(0, 63) s "
               "left join ledger.relay_cursors c "
               "on c.topic = $1 and c.shard = s order by s"};

// In one commit: what stands behind an offset has been counted.
const statement save_published{
    "save_published",
    "with moved as ("
    "insert into ledger.relay_cursors as c (topic, shard, position) "
    "select $2, new.n - 1, new.position "
    "from unnest($1::bigint[]) with ordinality new(position, n) "
    "on conflict (topic, shard) do update set position = excluded.position "
    "where c.position <> excluded.position) "
    "insert into ledger.relay_offsets as o (topic, partition, last_offset) "
    "select $2, new.partition, new.last_offset "
    "from unnest($3::bigint[], $4::bigint[]) new(partition, last_offset) "
    "on conflict (topic, partition) do update "
    "set last_offset = excluded.last_offset "
    "where o.last_offset <> excluded.last_offset"};

// In one statement, because they were written in one.
const statement published_in{
    "published_in",
    "select true, shard::bigint, position from ledger.relay_cursors "
    "where topic = $1 union all "
    "select false, partition, last_offset from ledger.relay_offsets "
    "where topic = $1"};

shard_positions decode_positions(const rows &found) {
  shard_positions positions{};
  for (std::size_t i = 0; i < positions.size(); ++i)
    positions.at(i) = log_position{found[i].int64(0)};
  return positions;
}

wallet_state decode_state(const row &from) {
  constexpr int head = profile_column_count;
  return {.profile = decode_profile(from, 0),
          .head = {.version = stream_version{from.int64(head)},
                   .balance = decode_money(from.int64(head + 1)),
                   .held = decode_money(from.int64(head + 2))},
          .updated_at = from.time(head + 3)};
}

/// One profile for all events of a wallet in one answer.
class shared_profiles {
public:
  /// Null where the columns are.
  profile_ptr read(const std::optional<wallet_id> &id, const row &from,
                   int first) {
    if (!id || from.is_null(first))
      return nullptr;
    auto &known = known_[*id];
    if (!known)
      known = decode_profile(from, first);
    return known;
  }

private:
  std::unordered_map<wallet_id, profile_ptr> known_;
};

recorded_event decode_recorded(const row &from, shared_profiles &profiles) {
  recorded_event one{.fact = decode_event(from, 0)};
  constexpr int owner = event_column_count;
  one.owner = profiles.read(one.fact.wallet, from, owner);
  one.counterparty =
      profiles.read(one.fact.counterparty, from, owner + profile_column_count);
  if (!one.owner || (one.fact.counterparty && !one.counterparty))
    throw unreadable_event("event " + one.fact.id().to_string() +
                           " is of a wallet that ledger.wallets misses");
  return one;
}

} // namespace

std::vector<loaded_wallet>
event_store::load(std::span<const wallet_id> wallets) {
  std::unordered_map<wallet_id, wallet_state> states;
  for (std::size_t at = 0; at < wallets.size(); at += max_ids_per_query) {
    std::vector<uuid> ids;
    std::vector<std::int16_t> shards;
    for (const auto &id : wallets.subspan(
             at, std::min(max_ids_per_query, wallets.size() - at))) {
      ids.push_back(id.value());
      shards.push_back(shard_of(id).value());
    }
    const auto found = connection_.run(
        newest_events,
        parameters().encoded(uuid_array(ids)).encoded(int2_array(shards)));
    for (std::size_t i = 0; i < found.size(); ++i) {
      auto state = decode_state(found[i]);
      const auto id = state.profile->id;
      states.emplace(id, std::move(state));
    }
  }
  std::vector<loaded_wallet> answer;
  for (const auto &id : wallets) {
    const auto found = states.find(id);
    answer.push_back({id, found == states.end()
                              ? std::nullopt
                              : std::optional(found->second)});
  }
  return answer;
}

std::vector<stored_transaction>
event_store::find(std::span<const std::pair<wallet_id, request_key>> keys) {
  std::vector<stored_transaction> answer;
  for (std::size_t at = 0; at < keys.size(); at += max_ids_per_query) {
    std::vector<uuid> asked;
    std::vector<std::int16_t> shards;
    for (const auto &[wallet, key] :
         keys.subspan(at, std::min(max_ids_per_query, keys.size() - at))) {
      asked.push_back(key.value());
      shards.push_back(shard_of(wallet).value());
    }
    const auto found = connection_.run(
        keyed_transactions,
        parameters().encoded(uuid_array(asked)).encoded(int2_array(shards)));
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto legs = found[i];
      stored_transaction one{decode_event(legs, 0), std::nullopt};
      if (legs.boolean(event_column_count))
        one.second = decode_event(legs, event_column_count + 1);
      answer.push_back(std::move(one));
    }
  }
  return answer;
}

std::vector<wallet_id> event_store::wallets_of(const user_id &user,
                                               std::size_t limit) {
  const auto found = connection_.run(
      users_wallets,
      parameters().text(user.text()).int64(static_cast<std::int64_t>(limit)));
  std::vector<wallet_id> answer;
  for (std::size_t i = 0; i < found.size(); ++i)
    answer.emplace_back(found[i].uuid(0));
  return answer;
}

std::vector<recorded_event> event_store::read_log(shard_number shard,
                                                  log_position after,
                                                  std::size_t limit) {
  const auto found =
      connection_.run(log_after, parameters()
                                     .int16(shard.value())
                                     .int64(raw(after))
                                     .int64(static_cast<std::int64_t>(limit)));
  shared_profiles profiles;
  std::vector<recorded_event> answer;
  try {
    for (std::size_t i = 0; i < found.size(); ++i)
      answer.push_back(decode_recorded(found[i], profiles));
  } catch (const unreadable_event &) {
    if (answer.empty())
      throw;
  }
  return answer;
}

shard_positions event_store::read_heads() {
  return decode_positions(connection_.run(heads));
}

shard_positions event_store::load_cursors(const std::string &topic) {
  return decode_positions(connection_.run(cursors, parameters().text(topic)));
}

void event_store::save_cursors(const shard_positions &positions,
                               const std::string &topic,
                               const partition_offsets &offsets) {
  std::vector<std::int64_t> numbers, partitions, ends;
  for (const auto position : positions)
    numbers.push_back(raw(position));
  for (const auto &[partition, offset] : offsets) {
    partitions.push_back(partition);
    ends.push_back(offset);
  }
  connection_.run(save_published, parameters()
                                      .encoded(int8_array(numbers))
                                      .text(topic)
                                      .encoded(int8_array(partitions))
                                      .encoded(int8_array(ends)));
}

published event_store::load_published(const std::string &topic) {
  const auto found = connection_.run(published_in, parameters().text(topic));
  published answer;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto number = found[i].int64(1);
    if (found[i].boolean(0))
      answer.cursors.at(static_cast<std::size_t>(number)) =
          log_position{found[i].int64(2)};
    else
      answer.offsets.emplace(static_cast<std::int32_t>(number),
                             found[i].int64(2));
  }
  return answer;
}

} // namespace wallet::storage
