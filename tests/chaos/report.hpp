#pragma once

#include <iosfwd>

#include "tests/chaos/campaign.hpp"

namespace wallet::chaos {

/// Everything about a run: faults with their recovery times, requests by
/// outcome, how open outcomes were explained, memory, and what is wrong.
void print_report(std::ostream &out, const campaign &ran, stage &on,
                  const tally &answers, const verdict &found);

} // namespace wallet::chaos
