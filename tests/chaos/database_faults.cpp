#include "tests/chaos/fault.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;

healing kill_database(stage &on) {
  if (on.random().below(2) == 0)
    on.postgres().kill_9();
  else
    on.postgres().stop_immediate();
  return [&on] { on.postgres().start(); };
}

/// The server must find out by itself what became of the batch.
healing lose_commit_answer(stage &on) {
  const auto lost = on.proxy().lost_answers();
  on.proxy().lose_next_answer("append_batch");
  on.expect_soon([&on, lost] { return on.proxy().lost_answers() > lost; }, 30s,
                 "no answer to an append was lost");
  return [] {};
}

} // namespace wallet::chaos
