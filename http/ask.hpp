#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "actors/reply.hpp"
#include "http/admission.hpp"
#include "http/answer.hpp"

namespace wallet::http {

using executor = boost::asio::io_context::executor_type;

/// One connection's bridge from its coroutine to the actors and back. A
/// handler sends `expect(...)` along with its question; the coroutine waits.
/// Belongs to the connection's thread; only the targets that it gives away are
/// completed elsewhere, and they post.
///
///   slot.open(pass);                          // connection
///   caf::anon_send(gateway, read_wallet{id, slot.expect<...>(to_answer)});
///   const answer got = co_await slot.wait();
class answer_slot : public std::enable_shared_from_this<answer_slot> {
public:
  using token = boost::asio::use_awaitable_t<executor>;

  explicit answer_slot(executor where) : where_(where) {}

  /// A new question: answers to older ones count no more. `allowed` is held
  /// until the actors let go of the question, however long that takes.
  void open(admission::pass allowed) {
    ++ticket_;
    allowed_.emplace(std::move(allowed));
  }

  /// No actor was asked: nothing is under way.
  void close() { allowed_.reset(); }

  /// A target for the actors' answer; `format` makes ours of it, on the
  /// connection's thread. Once for each open().
  template <class T, class Format> actors::reply_to<T> expect(Format format);

  boost::asio::awaitable<answer, executor> wait();

  /// Answers the present question in the actors' stead (a deadline).
  void give_up(answer instead) { put(ticket_, std::move(instead)); }

private:
  template <class T, class Format> class target;
  using waiter = boost::asio::async_result<token, void(answer)>::handler_type;

  void put(std::uint64_t ticket, answer got);

  executor where_;
  std::uint64_t ticket_ = 0;
  std::optional<admission::pass> allowed_;
  std::optional<waiter> waiter_;
};

template <class T, class Format>
class answer_slot::target final : public actors::reply_target<T> {
public:
  target(std::shared_ptr<answer_slot> slot, Format format)
      : slot_(std::move(slot)), format_(std::move(format)),
        ticket_(slot_->ticket_), allowed_(std::move(*slot_->allowed_)) {
    slot_->allowed_.reset();
  }

private:
  void fire(T value) noexcept override {
    const auto where = slot_->where_;
    boost::asio::post(where, [slot = std::move(slot_), ticket = ticket_,
                              format = std::move(format_),
                              got = std::move(value)]() mutable {
      slot->put(ticket, format(std::move(got)));
    });
  }

  std::shared_ptr<answer_slot> slot_;
  Format format_;
  std::uint64_t ticket_;
  admission::pass allowed_;
};

template <class T, class Format>
actors::reply_to<T> answer_slot::expect(Format format) {
  return actors::reply_to<T>(
      new target<T, Format>(shared_from_this(), std::move(format)));
}

} // namespace wallet::http
