#pragma once

#include <cstdint>

namespace wallet {

/// Bugs that the simulation puts in, one at a time, to see that its checks
/// find them (tests/simulation/README.md). A site is one short line:
///
///     if (has_bug(known_bug::key_only_in_memory))
///
/// Only wallet-sim-bugs is built with them; elsewhere the condition is false
/// when it is compiled, and the compiler leaves nothing of it.
enum class known_bug : std::uint8_t {
  none,
  // -- of the actors
  answer_before_commit,
  unknown_is_committed,
  refused_without_key_lookup,
  stale_snapshot_trusted,
  credits_spendable_early,
  key_only_in_memory,
  passivation_with_work,
  balance_before_ordering,
  stamped_head_kept,
  one_batch_taken_back,
  writer_goes_on_after_failure,
  promise_kept_after_abort,
  relay_skips_after_error,
  topic_unchecked,
  offset_before_rows,
  // -- of the store's statements; the simulated store has them
  epoch_unchecked,
  head_unchecked,
  fences_unchecked,
  resolve_keeps_epoch,
  on_conflict_do_nothing,
  checkpoint_unchecked,
  last = checkpoint_unchecked,
};

#ifdef WALLET_KNOWN_BUGS
/// Set before the first thread starts.
inline known_bug active_bug = known_bug::none;

inline bool has_bug(known_bug which) { return active_bug == which; }
#else
consteval bool has_bug(known_bug) { return false; }
#endif

} // namespace wallet
