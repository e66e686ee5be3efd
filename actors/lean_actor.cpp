#include "actors/lean_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

namespace wallet::actors {

lean_actor::lean_actor(caf::actor_config &config)
    : monitorable_actor(config), arrived_(idle()) {}

lean_actor::~lean_actor() {
  drop(pending_);
  if (auto *first = arrived_.load(); first != idle())
    drop(first);
}

lean_actor::element *lean_actor::idle() {
  return reinterpret_cast<element *>(std::uintptr_t{1});
}

lean_actor::element *lean_actor::after(const element *one) {
  return static_cast<element *>(one->next);
}

void lean_actor::drop(element *first) {
  while (first) {
    const caf::mailbox_element_ptr dropped(first);
    first = after(first);
  }
}

void lean_actor::enqueue(caf::mailbox_element_ptr message,
                         caf::execution_unit *on) {
  auto *added = message.release();
  auto *last = arrived_.load(std::memory_order_relaxed);
  do
    added->next = last == idle() ? nullptr : last;
  while (!arrived_.compare_exchange_weak(last, added, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
  if (last != idle())
    return;
  intrusive_ptr_add_ref(ctrl()); // the scheduler's
  if (on)
    on->exec_later(this);
  else
    home_system().scheduler().enqueue(this);
}

void lean_actor::intrusive_ptr_add_ref_impl() { intrusive_ptr_add_ref(ctrl()); }

void lean_actor::intrusive_ptr_release_impl() { intrusive_ptr_release(ctrl()); }

lean_actor::element *lean_actor::take_arrived() {
  auto *last = arrived_.exchange(nullptr, std::memory_order_acquire);
  element *first = nullptr;
  while (last) {
    auto *before = after(last);
    last->next = first;
    first = std::exchange(last, before);
  }
  return first;
}

caf::resumable::resume_result lean_actor::resume(caf::execution_unit *on,
                                                 std::size_t max_messages) {
  context_ = on;
  for (std::size_t handled = 0; handled < max_messages; ++handled) {
    if (!peek()) {
      element *none = nullptr;
      if (arrived_.compare_exchange_strong(none, idle(),
                                           std::memory_order_acq_rel))
        return awaiting_message;
      continue;
    }
    const caf::mailbox_element_ptr message(pending_);
    pending_ = after(pending_);
    message->next = nullptr;
    on_message(message->content());
  }
  return resume_later;
}

const caf::type_erased_tuple *lean_actor::peek() {
  if (!pending_)
    pending_ = take_arrived();
  return pending_ ? &pending_->content() : nullptr;
}

caf::actor lean_actor::self() {
  return caf::actor_cast<caf::actor>(caf::strong_actor_ptr(ctrl()));
}

} // namespace wallet::actors
