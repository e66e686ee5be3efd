#pragma once

#include "events/event.hpp"
#include "tests/fuzz/property.hpp"

namespace wallet::fuzzing {

/// An event that the service could have recorded.
recorded_event make_event(choices &from);

/// Equal in all that is published of an event.
bool is_same_published(const recorded_event &a, const recorded_event &b);

/// What holds of every event, wherever it was read.
void require_sound(const recorded_event &one);

} // namespace wallet::fuzzing
