#pragma once

#include <functional>

#include "storage/event_log.hpp"

namespace wallet::storage {

/// Hands every record of the topic behind `from` to `take`, up to the end that
/// the topic has now, in the order of each partition. `is_cut`: records between
/// `from` and the first one here are gone (retention). A topic that ends before
/// `from` was made anew, and is read from its beginning. Joins no consumer
/// group and commits nothing.
///
/// False: no broker answers. Blocks: a silent broker for `patience`, else as
/// long as there is something to read.
bool read_log_tail(
    const event_log_options &options, const partition_offsets &from,
    std::chrono::milliseconds patience,
    const std::function<void(const consumed_record &, bool is_cut)> &take);

} // namespace wallet::storage
