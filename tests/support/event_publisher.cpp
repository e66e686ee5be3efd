#include "tests/support/event_publisher.hpp"

#include <span>

#include <catch2/catch.hpp>

#include "tests/support/eventually.hpp"

namespace wallet::testing {

using namespace std::chrono_literals;

event_publisher::event_publisher(const storage::event_log_options &options)
    : producer_(std::make_unique<storage::event_log_producer>(options, [this] {
        const std::lock_guard lock(mutex_);
        has_report_ = true;
        told_.notify_one();
      })) {
  await_topic();
}

void event_publisher::await_topic() {
  REQUIRE(eventually([&] { return producer_->ensure_topic(); }, 30s));
}

void event_publisher::add(const std::vector<recorded_event> &events) {
  log_.insert(log_.end(), events.begin(), events.end());
  offer();
}

void event_publisher::offer() {
  offered_ += producer_->publish(std::span(log_).subspan(offered_));
}

void event_publisher::await_report() {
  {
    std::unique_lock lock(mutex_);
    REQUIRE(told_.wait_for(lock, 60s, [&] { return has_report_; }));
    has_report_ = false;
  }
  const auto report = producer_->poll();
  for (const auto &[shard, position] : report.delivered)
    take(shard, position);
  if (report.is_reset) {
    ++resets_;
    std::erase_if(log_, [&](const recorded_event &one) {
      return one.fact.position <= delivered_.at(one.fact.shard.value());
    });
    offered_ = 0;
    await_topic();
  }
  offer();
}

void event_publisher::take(shard_number shard, log_position position) {
  auto &last = delivered_.at(shard.value());
  REQUIRE(position == next(last));
  last = position;
  ++acknowledged_;
}

void event_publisher::finish() {
  const auto is_done = [&] {
    for (const auto &one : log_)
      if (one.fact.position > delivered_.at(one.fact.shard.value()))
        return false;
    return true;
  };
  while (!is_done())
    await_report();
}

std::vector<storage::consumed_record>
read_records(storage::event_log_consumer &consumer, std::size_t count) {
  std::vector<storage::consumed_record> records;
  const auto read = [&](std::chrono::milliseconds wait) {
    // One more than wanted, to see that there is none.
    for (auto &one : consumer.fetch(count + 1 - records.size(), wait))
      records.push_back(std::move(one));
    return records.size() >= count;
  };
  REQUIRE(eventually([&] { return read(100ms); }, 60s));
  read(100ms);
  REQUIRE(records.size() == count);
  return records;
}

} // namespace wallet::testing
