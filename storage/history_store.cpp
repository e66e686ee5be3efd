#include "storage/history_store.hpp"

#include "storage/binary_format.hpp"
#include "storage/history_row.hpp"

namespace wallet::storage {

namespace {

const statement checkpoints{"checkpoints",
                            "select position from history.checkpoints "
                            "where projection = 'transactions' order by shard"};

const statement apply_rows{"apply_rows", "select history.apply($1, $2)"};

const statement newest_of_wallet{
    "newest_of_wallet", "select " + history_columns("e") +
                            " from history.events e where e.wallet_id = $1 "
                            "order by e.version desc limit $2"};

const statement version_of_wallet{
    "version_of_wallet",
    "select " + history_columns("e") +
        " from history.events e where e.wallet_id = $1 and e.version = $2"};

// A user's wallets are found by the rows that created them; these are in
// several shards: the shards' times order them.
const statement newest_of_user{
    "newest_of_user",
    "select " + history_columns("e") +
        " from (select created.wallet_id from history.events created "
        "where created.user_id = $1 and created.type = 1) owned "
        "cross join lateral (select * from history.events own "
        "where own.wallet_id = owned.wallet_id "
        "order by own.version desc limit $2) e "
        "order by e.recorded_at desc, e.shard desc, e.position desc limit $2"};

std::string encode_steps(std::uint32_t composite,
                         std::span<const checkpoint_step> steps) {
  return binary_array(composite, steps,
                      [](binary_writer &out, const checkpoint_step &step) {
                        constexpr std::int32_t columns = 3;
                        composite_writer(out, columns)
                            .int64(raw(step.from))
                            .int64(raw(step.to))
                            .int16(step.shard.value());
                      });
}

std::vector<recorded_event> decode_rows(const rows &found) {
  std::vector<recorded_event> answer;
  answer.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    answer.push_back(decode_history_row(found[i]));
  return answer;
}

} // namespace

history_store::history_store(std::string url, std::string purpose)
    : connection_({.url = std::move(url),
                   .purpose = std::move(purpose),
                   .uses_indexes_only = true}) {}

shard_positions history_store::load_checkpoints() {
  const auto found = connection_.run(checkpoints);
  shard_positions positions{};
  for (std::size_t i = 0; i < positions.size(); ++i)
    positions.at(i) = log_position{found[i].int64(0)};
  return positions;
}

apply_outcome history_store::apply(std::span<const recorded_event> rows,
                                   std::span<const checkpoint_step> steps) {
  const auto step_type = connection_.oid_of("history.checkpoint_step");
  const auto row_type = connection_.oid_of("history.event_row");
  const auto answer = connection_.run(
      apply_rows, parameters()
                      .encoded(encode_steps(step_type, steps))
                      .encoded(encode_history_rows(row_type, rows)));
  return answer[0].boolean(0) ? apply_outcome::applied
                              : apply_outcome::conflict;
}

std::vector<recorded_event> history_store::of_wallet(const wallet_id &wallet,
                                                     std::size_t limit) {
  return decode_rows(connection_.run(
      newest_of_wallet, parameters()
                            .uuid(wallet.value())
                            .int64(static_cast<std::int64_t>(limit))));
}

std::vector<recorded_event> history_store::of_user(const user_id &user,
                                                   std::size_t limit) {
  return decode_rows(connection_.run(
      newest_of_user,
      parameters().text(user.text()).int64(static_cast<std::int64_t>(limit))));
}

std::optional<recorded_event> history_store::find(const wallet_id &wallet,
                                                  stream_version version) {
  const auto found = connection_.run(
      version_of_wallet, parameters().uuid(wallet.value()).int64(raw(version)));
  if (found.empty())
    return std::nullopt;
  return decode_history_row(found[0]);
}

} // namespace wallet::storage
