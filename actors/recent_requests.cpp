#include "actors/recent_requests.hpp"

namespace wallet::actors {

namespace {

receipt make_receipt(const event &first, const std::optional<event> &second,
                     const profile_ptr &profile) {
  if (second)
    return {.effect = transfer_legs{first, *second}};
  return {.effect =
              wallet_state{.profile = profile,
                           .head = {first.version, first.balance, first.held},
                           .updated_at = first.recorded_at}};
}

command_answer replay_or_reused(const command &repeated,
                                const command_body &original, receipt done) {
  if (repeated.body != original)
    return rejection{.code = rejection_code::idempotency_key_reused,
                     .wallet = repeated.wallet};
  done.is_replay = true;
  return done;
}

} // namespace

void recent_requests::remember(const command &asked, const receipt &done) {
  if (entries_.size() < capacity) {
    entries_.push_back({asked, done});
    return;
  }
  entries_[oldest_] = {asked, done};
  oldest_ = (oldest_ + 1) % capacity;
}

std::optional<command_answer>
recent_requests::answer_to(const command &repeated) const {
  for (const auto &known : entries_)
    if (known.asked.key == repeated.key)
      return replay_or_reused(repeated, known.asked.body, known.done);
  return std::nullopt;
}

command_answer answer_from_store(const command &repeated,
                                 const storage::stored_transaction &stored,
                                 const profile_ptr &profile) {
  const auto original = command_of(stored.first, *profile);
  // A key is only ever stored on the first leg of a command.
  if (!original)
    return failure::outcome_unknown;
  return replay_or_reused(repeated, *original,
                          make_receipt(stored.first, stored.second, profile));
}

receipt receipt_of(const unit &work) {
  const auto &own = work.legs[0];
  return make_receipt(own.stamped,
                      work.leg_count == 2 ? std::optional(work.legs[1].stamped)
                                          : std::nullopt,
                      own.profile);
}

} // namespace wallet::actors
