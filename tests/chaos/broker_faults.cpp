#include "tests/chaos/fault.hpp"

namespace wallet::chaos {

healing kill_broker(stage &on) {
  on.kafka().kill_9();
  return [&on] { on.kafka().start(); };
}

healing restart_broker(stage &on) {
  on.kafka().stop();
  return [&on] { on.kafka().start(); };
}

healing freeze_broker(stage &on) {
  on.kafka().freeze();
  return [&on] { on.kafka().unfreeze(); };
}

} // namespace wallet::chaos
