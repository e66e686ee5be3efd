#include "tests/chaos/load.hpp"

#include <algorithm>
#include <thread>

#include "tests/chaos/load_client.hpp"

namespace wallet::chaos {

namespace {

constexpr std::array counters{
    &tally::done,    &tally::replayed, &tally::refused,     &tally::turned_away,
    &tally::unknown, &tally::silent,   &tally::unreachable, &tally::reads};

} // namespace

tally tally::since(const tally &before) const {
  auto difference = *this;
  for (const auto counter : counters)
    difference.*counter -= before.*counter;
  return difference;
}

tally tally::with(const tally &other) const {
  auto sum = *this;
  for (const auto counter : counters)
    sum.*counter += other.*counter;
  return sum;
}

struct load::implementation {
  load_state shared;
  std::vector<std::unique_ptr<load_client>> clients;
  std::vector<std::thread> threads;

  implementation(options chosen, findings &wrong)
      : shared(std::move(chosen), wrong) {}

  void join() {
    shared.is_stopping = true;
    for (auto &thread : threads)
      thread.join();
    threads.clear();
  }
};

load::load(options chosen, findings &wrong)
    : impl_(std::make_unique<implementation>(std::move(chosen), wrong)) {
  const auto count = static_cast<std::size_t>(impl_->shared.chosen.clients);
  for (std::size_t i = 0; i < count; ++i)
    impl_->clients.push_back(std::make_unique<load_client>(impl_->shared, i));
  for (auto &client : impl_->clients)
    impl_->threads.emplace_back([&client] { client->run(); });
}

load::~load() { impl_->join(); }

moment load::now() const { return impl_->shared.now(); }

tally load::so_far() const {
  tally sum;
  for (const auto &client : impl_->clients)
    sum = sum.with(client->counted());
  return sum;
}

const success_meter &load::successes() const { return impl_->shared.successes; }

moment load::longest_wait() const {
  return moment(impl_->shared.longest_wait_ns);
}

moment load::take_longest_wait() {
  return moment(impl_->shared.recent_wait_ns.exchange(0));
}

journal load::stop() {
  impl_->join();
  journal all;
  all.by_number.resize(impl_->shared.number + std::size_t{1});
  for (auto &client : impl_->clients)
    all.by_client.push_back(client->take_notes());
  for (auto &notes : all.by_client)
    for (auto &one : notes)
      all.by_number[one.number] = &one;
  return all;
}

} // namespace wallet::chaos
