#pragma once

#include <array>
#include <string_view>

#include "events/known_bugs.hpp"

namespace wallet::simulation {

struct named_bug {
  std::string_view name;
  known_bug which;
};

/// All that `--bug` takes.
constexpr std::array bugs{
    named_bug{"answer-before-commit", known_bug::answer_before_commit},
    named_bug{"unknown-is-committed", known_bug::unknown_is_committed},
    named_bug{"refused-without-key-lookup",
              known_bug::refused_without_key_lookup},
    named_bug{"stale-snapshot-trusted", known_bug::stale_snapshot_trusted},
    named_bug{"credits-spendable-early", known_bug::credits_spendable_early},
    named_bug{"key-only-in-memory", known_bug::key_only_in_memory},
    named_bug{"passivation-with-work", known_bug::passivation_with_work},
    named_bug{"balance-before-ordering", known_bug::balance_before_ordering},
    named_bug{"stamped-head-kept", known_bug::stamped_head_kept},
    named_bug{"one-batch-taken-back", known_bug::one_batch_taken_back},
    named_bug{"writer-goes-on-after-failure",
              known_bug::writer_goes_on_after_failure},
    named_bug{"promise-kept-after-abort", known_bug::promise_kept_after_abort},
    named_bug{"relay-skips-after-error", known_bug::relay_skips_after_error},
    named_bug{"topic-unchecked", known_bug::topic_unchecked},
    named_bug{"offset-before-rows", known_bug::offset_before_rows},
    named_bug{"epoch-unchecked", known_bug::epoch_unchecked},
    named_bug{"head-unchecked", known_bug::head_unchecked},
    named_bug{"fences-unchecked", known_bug::fences_unchecked},
    named_bug{"resolve-keeps-epoch", known_bug::resolve_keeps_epoch},
    named_bug{"on-conflict-do-nothing", known_bug::on_conflict_do_nothing},
    named_bug{"checkpoint-unchecked", known_bug::checkpoint_unchecked},
};
static_assert(bugs.size() == static_cast<std::size_t>(known_bug::last));

} // namespace wallet::simulation
