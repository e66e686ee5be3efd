#pragma once

#include <chrono>
#include <cstddef>

namespace wallet::http {

/// What one server grants its clients. The defaults have their reasons here;
/// the ones with a flag say so (storage/settings).
struct limits {
  /// Request line and fields, bytes (--max-header-bytes). Ours need under 1
  /// KiB; 8 KiB is what proxies in front of us allow.
  std::size_t header_bytes = 8 * 1024;
  /// Bytes (--max-body-bytes). Our largest body, a transfer, is 100 bytes.
  std::size_t body_bytes = 64 * 1024;
  /// Above it new connections get a 503 and are closed (--max-connections).
  std::size_t connections = 16'384;
  /// Requests that wait for an actor, over all connections
  /// (--max-in-flight): mailboxes have no bound of their own.
  /// The limit adapts below it: see concurrency_limit.
  std::size_t in_flight = 4'096;
  /// However slow the answers are, so many are admitted: two full batches of
  /// the sequencer.
  std::size_t least_in_flight = 512;
  /// For a request to be read while the threads are busy. Later ones are
  /// refused, so that a refusal takes less than 100 ms ...
  std::chrono::milliseconds door{50};
  /// ... but so few connections wait their turn: no queue is longer than these.
  std::size_t patient = 512;
  /// As in_flight, for health and readiness; and so many connections more, each
  /// for one of those.
  std::size_t probes = 64;

  /// Bytes of answers that clients have not taken yet, over all connections,
  /// of those with more than 64 KiB; large answers beyond are refused. Forty of
  /// the longest lists.
  std::size_t unsent_bytes = 128 * 1024 * 1024;

  /// Between two requests: longer than the 60 s of common proxies, so that
  /// they close first and never meet a closing door.
  std::chrono::milliseconds idle{75'000};
  /// From the first byte of a request to the end of its head, ...
  std::chrono::milliseconds header{10'000};
  /// ... from there to the end of its body ...
  std::chrono::milliseconds body{30'000};
  /// ... and for one write to be taken by the client.
  std::chrono::milliseconds write{30'000};
  /// For the actors to answer; then 503, outcome unknown
  /// (--answer-deadline-ms).
  std::chrono::milliseconds answer{10'000};
  /// The same for a probe: whoever asks those gives up soon.
  std::chrono::milliseconds probe_answer{2'000};
  /// A closing connection reads on, so that the client gets our last words
  /// instead of a reset; this long at most.
  std::chrono::milliseconds linger{2'000};
  /// How late a deadline may be noticed; there is one timer per thread.
  std::chrono::milliseconds sweep{100};

  /// After a stop, idle connections are kept this long, so that a request that
  /// was already on its way is told "stopping" instead of nothing at all.
  std::chrono::milliseconds farewell{500};
  /// After a stop, how long the actors may still answer: then there is time
  /// left to tell the client.
  std::chrono::milliseconds last_answer{2'000};
  /// After a stop, when whatever is left is cut.
  std::chrono::milliseconds stop{3'000};
};

} // namespace wallet::http
