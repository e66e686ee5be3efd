#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wallet {

/// A moment in UTC, in whole microseconds (PostgreSQL's own resolution).
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// RFC 3339 in UTC with six decimals: "2026-01-02T03:04:05.000006Z".
std::string to_string(timestamp time);

/// Parses exactly what to_string writes.
std::optional<timestamp> parse_timestamp(std::string_view text);

} // namespace wallet
