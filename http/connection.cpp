#include "http/connection.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include "http/answer_writer.hpp"
#include "http/problem.hpp"

// Coroutines here obey the rules for g++ 12.2 (README): co_await only to
// initialise a variable, and with named arguments.

namespace wallet::http {

namespace asio = boost::asio;

namespace {

constexpr asio::use_awaitable_t<executor> use_awaitable;

/// Pipelined answers are gathered up to this many bytes: the point of diminish-
/// ing returns for loopback and for a 64 KiB socket buffer.
constexpr std::size_t gathered_bytes = 64 * 1024;

/// A client that sends more than this after our last word gets a reset.
constexpr std::size_t longest_linger_bytes = 1024 * 1024;

const char *name_of(method verb) {
  switch (verb) {
  case method::get:
    return "GET";
  case method::head:
    return "HEAD";
  case method::post:
    return "POST";
  case method::other:
    break;
  }
  return "(other)";
}

/// One line for support, who gets the id from a client. That nobody knows what
/// became of money is worth a line in any case.
void log(const request &asked, const answer &what) {
  const auto *wrong = std::get_if<problem>(&what);
  const bool is_doubtful = wrong && wrong->code == "outcome_unknown";
  const auto level = is_doubtful ? spdlog::level::warn : spdlog::level::debug;
  if (spdlog::should_log(level))
    spdlog::log(level, "{} {}: {} {}, request {}", name_of(asked.verb),
                asked.path, wrong ? wrong->status : 200,
                wrong ? wrong->code : "ok", asked.request_id);
}

} // namespace

connection::connection(stream_socket socket,
                       std::shared_ptr<const service> with,
                       std::shared_ptr<door_probe> door, role granted,
                       std::optional<admission::pass> held)
    : socket_(std::move(socket)), service_(std::move(with)),
      door_(std::move(door)), role_(granted), held_(std::move(held)),
      slot_(std::make_shared<answer_slot>(socket_.get_executor())),
      reader_(service_->granted), unsent_(service_->unsent) {}

void connection::start() {
  auto running = run(shared_from_this());
  asio::co_spawn(socket_.get_executor(), std::move(running), asio::detached);
}

connection::coroutine<void>
connection::run(std::shared_ptr<connection> /*keeps this alive*/) {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (role_ == role::none)
    refuse(too_many_connections());
  else
    co_await serve();
  const bool is_told = co_await write();
  if (is_told)
    co_await linger();
  socket_.close(ignored);
}

/// Until nothing more may be read; answers may be left to write.
connection::coroutine<void> connection::serve() {
  for (;;) {
    auto step = reader_.next();
    bool goes_on = true;
    if (auto *asked = std::get_if<request>(&step)) {
      goes_on = co_await respond(*asked);
    } else if (const auto *wrong = std::get_if<problem>(&step)) {
      refuse(*wrong, reader_.take_unfinished());
      goes_on = false;
    } else {
      if (std::holds_alternative<request_reader::waits_for_continue>(step))
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
      goes_on = co_await receive();
    }
    if (!goes_on)
      co_return;
  }
}

/// False at the end of what the client has to say.
connection::coroutine<bool> connection::receive() {
  const bool is_written = co_await write();
  if (!is_written)
    co_return false;
  enter(reading_phase());
  boost::system::error_code error;
  auto token = asio::redirect_error(use_awaitable, error);
  const auto room = reader_.room();
  const std::size_t bytes = co_await socket_.async_read_some(room, token);
  if (error)
    co_return false;
  reader_.received(bytes);
  co_return true;
}

connection::coroutine<bool> connection::write() {
  if (out_.empty())
    co_return true;
  enter(phase::write);
  boost::system::error_code error;
  auto token = asio::redirect_error(use_awaitable, error);
  const auto bytes = asio::buffer(out_);
  co_await asio::async_write(socket_, bytes, token);
  out_.clear();
  unsent_.resize(0);
  if (out_.capacity() > 2 * gathered_bytes)
    out_.shrink_to_fit(); // a long list was in it
  co_return !error;
}

connection::coroutine<bool> connection::respond(request &asked) {
  if (asked.request_id.empty())
    asked.request_id = make_request_id();
  auto what = judge(asked);
  if (!what) {
    enter(phase::asking);
    answer got = co_await slot_->wait();
    what.emplace(std::move(got));
  }
  bool goes_on = add_answer(asked, *what);
  if (out_.size() >= gathered_bytes) {
    const bool is_written = co_await write();
    goes_on = goes_on && is_written;
  }
  co_return goes_on;
}

/// The answer, or nothing when an actor was asked for it.
std::optional<answer> connection::judge(request &asked) {
  if (is_stopping_)
    return to_problem(actors::failure::stopping);
  auto found = find_route(service_->served, asked);
  if (auto *wrong = std::get_if<problem>(&found))
    return std::move(*wrong);
  asked_ = std::get<const route *>(found);
  if (role_ == role::probe && !asked_->is_probe)
    return too_many_connections();
  auto allowed = admit(*asked_);
  if (!allowed)
    return too_many_requests();
  slot_->open(*std::move(allowed));
  auto at_once = asked_->run(asked, *slot_);
  if (at_once)
    slot_->close();
  return at_once;
}

/// Whoever has waited in front of the door for too long already, with many
/// others, is refused: that costs a sixth of serving, and shortens the queue.
std::optional<admission::pass> connection::admit(const route &to) {
  if (to.is_probe)
    return service_->probes->enter();
  const auto &granted = service_->granted;
  const bool is_late = door_->wait() > granted.door;
  if (is_late && service_->connections->under_way() > granted.patient)
    return std::nullopt;
  return service_->requests->enter();
}

/// False when it is the last one.
bool connection::add_answer(const request &asked, const answer &what) {
  const auto *wrong = std::get_if<problem>(&what);
  const bool closes = !asked.keep_alive || is_stopping_ ||
                      role_ == role::probe || (wrong && wrong->closes);
  const auto before = out_.size();
  append_answer(out_, asked, what, closes);
  if (out_.size() > gathered_bytes && !unsent_.resize(out_.size())) {
    // A list. Others do not take theirs, so there is no room for it.
    out_.resize(before);
    out_.shrink_to_fit();
    const answer refusal = too_many_requests();
    log(asked, refusal);
    append_answer(out_, asked, refusal, closes);
  } else {
    log(asked, what);
  }
  return !closes;
}

/// Answers what is not a request, or not a whole one.
void connection::refuse(const problem &why, request unanswered) {
  if (unanswered.request_id.empty())
    unanswered.request_id = make_request_id();
  log(unanswered, why);
  append_answer(out_, unanswered, why, true);
}

/// What is said when an actor does not answer in time.
answer connection::no_answer() const {
  if (asked_->is_probe)
    return not_ready({"no answer within " +
                      std::to_string(service_->granted.probe_answer.count()) +
                      " ms"});
  const auto why = actors::failure::outcome_unknown;
  return asked_->verb == method::get ? read_failed(why) : to_problem(why);
}

/// Closing at once with unread bytes would reset the connection, and our last
/// answer with it (RFC 9112 9.6).
connection::coroutine<void> connection::linger() {
  enter(phase::linger);
  boost::system::error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  auto token = asio::redirect_error(use_awaitable, error);
  std::array<char, 1024> ignored;
  const auto room = asio::buffer(ignored);
  for (std::size_t seen = 0; !error && seen < longest_linger_bytes;) {
    const std::size_t bytes = co_await socket_.async_read_some(room, token);
    seen += bytes;
  }
}

void connection::enter(phase next) {
  // The deadline of a head or body is for all of it, not for each read.
  if (phase_ == next && (next == phase::head || next == phase::body))
    return;
  phase_ = next;
  since_ = clock::now();
}

connection::phase connection::reading_phase() const {
  switch (reader_.present()) {
  case request_reader::part::nothing:
    return phase::idle;
  case request_reader::part::head:
    return phase::head;
  case request_reader::part::body:
    return phase::body;
  }
  return phase::idle;
}

std::chrono::milliseconds connection::allowed_in(phase what) const {
  const auto &granted = service_->granted;
  switch (what) {
  case phase::idle:
    if (role_ == role::probe)
      return granted.probe_answer;
    return is_stopping_ ? granted.farewell : granted.idle;
  case phase::head:
    return granted.header;
  case phase::body:
    return granted.body;
  case phase::asking:
    if (is_stopping_)
      return std::min(granted.answer, granted.last_answer);
    return asked_->is_probe ? granted.probe_answer : granted.answer;
  case phase::write:
    return granted.write;
  case phase::linger:
    return granted.linger;
  }
  return {};
}

void connection::sweep(clock::time_point now) {
  if (now - since_ < allowed_in(phase_))
    return;
  if (phase_ == phase::asking)
    slot_->give_up(no_answer());
  else
    cut();
}

void connection::begin_stop() {
  is_stopping_ = true;
  if (phase_ == phase::idle || phase_ == phase::asking)
    since_ = clock::now();
}

void connection::cut() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  slot_->give_up(to_problem(actors::failure::outcome_unknown));
}

} // namespace wallet::http
