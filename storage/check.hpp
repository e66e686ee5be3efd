#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace wallet::storage {

/// One check of an audit: what it claims, how much it looked at, and where it
/// does not hold. Keeps the first 10 offenders and counts the others.
class check {
public:
  /// `claim`: "positions of each shard are 1..n"; `unit`: "events".
  check(std::string claim, std::string unit);

  void saw(std::uint64_t more = 1) { seen_ += more; }
  void found(std::string offender);
  /// Said after the claim, e.g. how far behind the history is.
  void remark(std::string text) { remark_ = std::move(text); }

  bool holds() const { return offender_count_ == 0; }
  std::uint64_t seen() const { return seen_; }

  /// "ok    <claim>: <n> <unit>", or "FAIL ..." and a line for each offender.
  void print(std::ostream &out) const;

private:
  std::string claim_;
  std::string unit_;
  std::string remark_;
  std::uint64_t seen_ = 0;
  std::uint64_t offender_count_ = 0;
  std::vector<std::string> offenders_;
};

} // namespace wallet::storage
