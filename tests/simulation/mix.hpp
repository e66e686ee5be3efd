#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

#include "actors/limits.hpp"

namespace wallet::simulation {

/// What a step of the simulation does.
enum class action : std::uint8_t {
  deliver_message,
  perform_operation,
  pass_time,
  send_request,
  disturb_node,
  jump_clock,
  begin_late_write,
  disturb_topic,
};

/// How likely things are in the run of one seed: each seed draws its own, and
/// leaves some kinds of faults out, as faults that always come together hide
/// each other (Groce and others, "Swarm Testing", ISSTA 2012).
class mix {
public:
  explicit mix(std::mt19937_64 &random);

  action draw(std::mt19937_64 &random) const;

  /// Of an operation on the store or the bus: not to be carried out, or not
  /// to be answered.
  double operation_fault;
  /// Without Kafka the history follows the log.
  bool has_kafka;
  /// Often so small that they are reached.
  actors::limits within;
  /// New wallets fall into so many shards, so that they meet.
  std::uint8_t used_shards;
  std::size_t max_wallets;
  /// One of so many requests goes to any node, not to the one that answered.
  std::size_t stray_request;

private:
  std::array<unsigned, 8> weights_;
};

} // namespace wallet::simulation
