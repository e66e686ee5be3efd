#include "tests/chaos/fault.hpp"

namespace wallet::chaos {

healing kill_server(stage &on) {
  on.server().kill_9();
  return [&on] { on.server().start(); };
}

} // namespace wallet::chaos
