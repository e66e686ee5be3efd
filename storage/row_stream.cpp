#include "storage/row_stream.hpp"

namespace wallet::storage {

namespace {

/// About a megabyte of events.
const statement fetch{"fetch", "fetch 5000 from stream"};

} // namespace

row_stream::row_stream(postgres_connection &on, const std::string &query)
    : on_(on) {
  // All rows are wanted: plan for the last one, not for the first.
  on_.script("set local cursor_tuple_fraction = 1; "
             "declare stream no scroll cursor for " +
             query);
}

std::optional<row> row_stream::next() {
  if (at_ == chunk_.size()) {
    if (is_at_end_)
      return std::nullopt;
    chunk_ = on_.run(fetch);
    at_ = 0;
    if (chunk_.empty()) {
      is_at_end_ = true;
      on_.script("close stream");
      return std::nullopt;
    }
  }
  return chunk_[at_++];
}

} // namespace wallet::storage
