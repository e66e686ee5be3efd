#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/http_load.hpp"

namespace wallet::bench {

struct overload_options {
  /// Service, seed, and the connections of the closed loops.
  load_options load;
  /// Of the maximum that a closed loop finds first.
  double times = 3;
  std::chrono::seconds duration{60};
  /// Of the closed loops before and after.
  std::chrono::seconds closed{5};
  /// Open at once during the overload: a request that finds none free waits,
  /// and its time counts.
  int connections = 8'000;
  /// The service's process, whose memory is watched; 0: none.
  int pid = 0;
};

struct overload_result {
  measurement maximum, overload, after;
  /// Offered while overloaded, requests a second.
  double offered = 0;
  /// Resident memory of the service, bytes, each second of the overload.
  std::vector<std::size_t> memory;
  /// From the end of the overload until a closed loop had 90 % of the maximum
  /// and was refused nothing any more; nothing if that was never.
  std::optional<std::chrono::duration<double>> recovery;

  /// Answers with 2xx a second, of the maximum.
  double goodput() const;
  /// Answers of all three loads that were neither 2xx nor refusals (see
  /// measurement::refusals), or did not come.
  std::uint64_t unexplained() const;
};

/// Finds the maximum in a closed loop, offers several times as much in an open
/// loop, and watches the recovery in a closed loop again. Requests move money
/// between any two of the wallets.
overload_result measure_overload(const overload_options &options,
                                 const std::vector<std::string> &wallets);

/// For people: a table.
std::string to_text(const overload_result &found);

/// The one process called "wallet" of this machine; 0: none or several.
int only_wallet_process();

} // namespace wallet::bench
