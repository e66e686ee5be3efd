#include "http/worker.hpp"

namespace wallet::http {

worker::worker(executor where, std::shared_ptr<const service> with)
    : where_(where), service_(std::move(with)),
      door_(std::make_shared<door_probe>(where)), timer_(where) {}

void worker::serve(stream_socket client) {
  using role = connection::role;
  if (auto held = service_->connections->enter())
    begin(std::move(client), role::client, std::move(held));
  else if (auto spare = service_->probe_connections->enter())
    begin(std::move(client), role::probe, std::move(spare));
  else
    begin(std::move(client), role::none, std::nullopt);
}

void worker::begin(stream_socket client, connection::role granted,
                   std::optional<admission::pass> held) {
  auto made = std::make_shared<connection>(std::move(client), service_, door_,
                                           granted, std::move(held));
  connections_.push_back(*made); // leaves the list when it dies
  if (is_stopping_)
    made->begin_stop();
  made->start();
}

template <class Visit> void worker::for_each(const Visit &visit) {
  for (auto at = connections_.begin(); at != connections_.end();) {
    auto &one = *at;
    ++at; // the visit may be its end
    visit(one);
  }
}

void worker::sweep() {
  const auto now = clock::now();
  for_each([&](connection &one) { one.sweep(now); });
  if (is_ended_)
    return;
  timer_.expires_after(service_->granted.sweep);
  timer_.async_wait([self = shared_from_this()](
                        const boost::system::error_code &) { self->sweep(); });
}

void worker::begin_stop() {
  is_stopping_ = true;
  for_each([](connection &one) { one.begin_stop(); });
}

void worker::end() {
  is_ended_ = true;
  timer_.cancel();
  for_each([](connection &one) { one.cut(); });
}

} // namespace wallet::http
