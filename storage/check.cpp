#include "storage/check.hpp"

#include <ostream>

namespace wallet::storage {

namespace {

/// Enough to see a pattern; more would hide the other checks.
constexpr std::size_t max_offenders = 10;

} // namespace

check::check(std::string claim, std::string unit)
    : claim_(std::move(claim)), unit_(std::move(unit)) {}

void check::found(std::string offender) {
  ++offender_count_;
  if (offenders_.size() < max_offenders)
    offenders_.push_back(std::move(offender));
}

void check::print(std::ostream &out) const {
  out << (holds() ? "ok    " : "FAIL  ") << claim_ << ": " << seen_ << ' '
      << unit_;
  if (!remark_.empty())
    out << ", " << remark_;
  if (!holds())
    out << ", " << offender_count_ << " wrong";
  out << '\n';
  for (const auto &offender : offenders_)
    out << "        " << offender << '\n';
  if (offender_count_ > offenders_.size())
    out << "        and " << offender_count_ - offenders_.size() << " more\n";
  out.flush();
}

} // namespace wallet::storage
