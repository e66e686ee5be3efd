#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/workload.hpp"

namespace wallet::bench {

/// Where a service answers. IPv4 addresses or names.
struct endpoints {
  std::string host = "127.0.0.1";
  int port = 3000;
  int history_port = 3001;
};

struct load_options {
  endpoints service;
  int connections = 64;
  /// Requests a second whose times of arrival are fixed beforehand (a Poisson
  /// process); their latency counts from then, sent or not. Nothing: a closed
  /// loop, each connection sends its next request after an answer.
  std::optional<double> rate;
  std::uint64_t seed = 1;
  std::chrono::milliseconds warm_up{1'000};
  std::chrono::milliseconds duration{5'000};
  /// Ends before its time after so many requests. 0: no limit.
  std::uint64_t requests = 0;
};

struct measurement {
  /// Of answers with status 2xx, within the measured time.
  histogram latency;
  /// Of refusals, within the measured time: 503 and 429 with `Retry-After`.
  histogram refusals;
  /// Refusals in warm-up too.
  std::uint64_t refused = 0;
  /// How many answers had a status, in warm-up too; 0: no answer.
  std::map<int, std::uint64_t> statuses;
  /// 2xx answers of each measured second.
  std::vector<std::uint64_t> per_second;
  std::chrono::duration<double> measured{};
  /// Processor time of this program while measuring.
  std::chrono::duration<double> own_cpu{};

  /// When the measured time was over.
  std::chrono::steady_clock::time_point ended;

  /// 2xx answers a second that came within the measured time: not those that
  /// an open loop still waits for at its end.
  double rate() const;
  /// All that are not 2xx, with the refusals.
  std::uint64_t failures() const;
};

/// Writes request `index` and says where it goes (workload::write).
using request_writer =
    std::function<side(std::uint64_t index, std::string &to)>;
/// Gets the answer of request `index`.
using answer_reader =
    std::function<void(std::uint64_t index, int status, std::string_view body)>;

/// Sends requests 0, 1, 2, ... over keep-alive connections, on the calling
/// thread, and waits for what is under way at the end, 15 s at most. A lost
/// connection is opened again, every 100 ms until it works; what was asked on
/// it counts as status 0. Raises std::runtime_error when nothing answers at
/// the start.
measurement run_load(const load_options &options, const request_writer &write,
                     const answer_reader &read = {});

} // namespace wallet::bench
