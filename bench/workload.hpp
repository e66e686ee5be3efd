#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/money.hpp"

namespace wallet::bench {

enum class workload_kind : std::uint8_t {
  uniform, ///< transfers between any two wallets
  zipf,    ///< the same, a few wallets are in most of them (theta 0.99)
  hot,     ///< all from the first wallet
  hot_in,  ///< all to the first wallet
  read,    ///< GET of any wallet
  mixed,   ///< 70 % transfers, 20 % wallets, 10 % histories
  retry,   ///< transfers with keys, 10 % are repeats of an earlier one
  cold,    ///< as uniform, for more wallets than stay in memory
  create,  ///< POST /wallets
};

constexpr std::size_t workload_kinds = 9;
std::string_view name_of(workload_kind kind);
std::optional<workload_kind> workload_kind_from(std::string_view name);

/// Which of the two ports a request is for.
enum class side : std::uint8_t { wallets, history };

/// An endless stream of requests that depends on nothing but these options:
/// the same seed makes the same stream.
class workload {
public:
  struct options {
    workload_kind kind = workload_kind::uniform;
    std::uint64_t seed = 1;
    /// Ids of the wallets, two or more.
    std::vector<std::string> wallets;
    money smallest = money::from_units(100); // 0.01
    money largest = money::from_units(100);
  };

  explicit workload(options chosen);

  /// Appends request `index`, HTTP/1.1 with head and body.
  side write(std::uint64_t index, std::string &to) const;

private:
  std::size_t any_wallet(class random_numbers &numbers) const;
  side write_transfer(std::uint64_t index, std::string &to) const;
  side write_get(side of, std::string_view what, std::uint64_t index,
                 std::string &to) const;
  std::uint64_t repeated(std::uint64_t index) const;

  options chosen_;
  /// Of zipf: the share of all wallets up to this one.
  std::vector<double> cumulated_;
};

/// One `POST`, with an Idempotency-Key unless `key` is empty.
void write_post(std::string_view target, std::string_view body,
                std::string_view key, std::string &to);

} // namespace wallet::bench
