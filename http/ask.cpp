#include "http/ask.hpp"

namespace wallet::http {

boost::asio::awaitable<answer, executor> answer_slot::wait() {
  const token use_awaitable;
  auto keep = [this](auto handler) { waiter_.emplace(std::move(handler)); };
  // Not lost in between: answers are posted to this thread, which is here.
  answer got = co_await boost::asio::async_initiate<const token, void(answer)>(
      keep, use_awaitable);
  co_return got;
}

void answer_slot::put(std::uint64_t ticket, answer got) {
  if (ticket != ticket_ || !waiter_)
    return;
  auto resume = *std::move(waiter_);
  waiter_.reset();
  std::move(resume)(std::move(got));
}

} // namespace wallet::http
