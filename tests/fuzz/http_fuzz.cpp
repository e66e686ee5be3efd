#include <algorithm>
#include <cstring>
#include <vector>

#include "http/answer_writer.hpp"
#include "http/problem.hpp"
#include "http/request_reader.hpp"
#include "http/routes.hpp"
#include "http/wire.hpp"
#include "tests/fuzz/http_framing.hpp"
#include "tests/fuzz/json_oracle.hpp"
#include "tests/fuzz/property.hpp"

// The input is what a client sends over one connection; its last bytes choose
// the limits and the sizes of the pieces that the bytes come in.

using namespace wallet::http;
using wallet::fuzzing::require;

namespace {

constexpr std::string_view next_request =
    "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

/// Sizes of pieces, again and again.
using pieces = std::vector<std::size_t>;

struct outcome {
  std::vector<request> requests;
  std::optional<problem> wrong;
  request_reader::part unread = request_reader::part::nothing;
};

std::size_t give(request_reader &reader, std::string_view bytes,
                 std::size_t size) {
  const auto room = reader.room();
  require(room.size() > 0, "there is room for more");
  const auto given = std::min({size, bytes.size(), room.size()});
  std::memcpy(room.data(), bytes.data(), given);
  reader.received(given);
  return given;
}

/// What comes after a failure is never a request.
void check_end(request_reader &reader) {
  for (int i = 0; i < 2; ++i) {
    require(std::holds_alternative<problem>(reader.next()),
            "a failure is the end");
    if (reader.room().size() > 0)
      give(reader, next_request, next_request.size());
  }
}

outcome read(std::string_view bytes, const pieces &sizes,
             const limits &granted) {
  request_reader reader(granted);
  outcome found;
  for (std::size_t turn = 0;;) {
    auto step = reader.next();
    if (auto *whole = std::get_if<request>(&step)) {
      require(whole->body.size() <= granted.body_bytes,
              "a body is within its limit");
      found.requests.push_back(std::move(*whole));
    } else if (const auto *wrong = std::get_if<problem>(&step)) {
      require(wrong->closes, "the connection ends with it");
      found.wrong = *wrong;
      check_end(reader);
      return found;
    } else if (bytes.empty()) {
      found.unread = reader.present();
      return found;
    } else {
      bytes.remove_prefix(give(reader, bytes, sizes[turn++ % sizes.size()]));
    }
  }
}

auto all_of(const request &one) {
  return std::tie(one.verb, one.path, one.content_type, one.idempotency_key,
                  one.has_idempotency_key, one.request_id, one.body,
                  one.is_http_1_0, one.keep_alive, one.is_plain,
                  one.is_conditional);
}

bool is_same(const std::vector<request> &a, const std::vector<request> &b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const request &one, const request &other) {
                      return all_of(one) == all_of(other);
                    });
}

bool is_of_limit(const problem &why) {
  return why.status == 413 || why.status == 431;
}

void check_pieces(const outcome &whole, const outcome &again) {
  require(is_same(whole.requests, again.requests),
          "pieces make the same requests");
  require(whole.wrong.has_value() == again.wrong.has_value(),
          "pieces fail when the whole does");
  // The words may differ, and a limit may be reached before what is wrong.
  if (whole.wrong && !is_of_limit(*whole.wrong) && !is_of_limit(*again.wrong))
    require(whole.wrong->status == again.wrong->status &&
                whole.wrong->code == again.wrong->code,
            "pieces fail in the same way");
}

/// No reader on the way could have cut the bytes in another way: request
/// smuggling needs two that disagree.
void check_framing(std::string_view bytes, const outcome &found,
                   const limits &granted) {
  for (const auto &one : found.requests) {
    const auto strict = wallet::fuzzing::first_message(bytes);
    require(strict.has_value(), "a request keeps to the letter of RFC 9112");
    wallet::fuzzing::require_equal(one.body, strict->body, "the same body");
    require(strict->target.find(one.path) != std::string_view::npos,
            "the path is the target's");
    require(one.verb == method::other ||
                strict->method == (one.verb == method::get    ? "GET"
                                   : one.verb == method::post ? "POST"
                                                              : "HEAD"),
            "the method is what it says");
    require(strict->head.size() <= granted.header_bytes,
            "a head is within its limit");
    bytes = strict->rest;
  }
}

/// Nothing of one request is left for the next.
void check_twice(std::string_view bytes, const outcome &once,
                 const limits &granted) {
  if (once.wrong || once.unread != request_reader::part::nothing)
    return;
  const auto twice = read(std::string(bytes) + std::string(bytes),
                          {2 * bytes.size()}, granted);
  auto wanted = once.requests;
  wanted.insert(wanted.end(), once.requests.begin(), once.requests.end());
  require(!twice.wrong && is_same(twice.requests, wanted),
          "the same bytes again are the same requests again");
}

template <class Command> answer answer_of(const parsed<Command> &read) {
  if (const auto *wrong = std::get_if<problem>(&read))
    return *wrong;
  return reply{.body = ready_body()};
}

/// The routes of the service, without actors: what the readers say.
const routes &served() {
  using made = std::optional<answer>;
  static const routes all{
      {method::get, "/health",
       [](const request &, answer_slot &) -> made {
         return reply{.body = "OK", .is_json = false};
       }},
      {method::post, "/wallets",
       [](const request &asked, answer_slot &) -> made {
         return answer_of(read_create(asked.body));
       }},
      {method::get, "/wallets/:id",
       [](const request &asked, answer_slot &) -> made {
         return no_such_wallet(asked.id);
       }},
      {method::post, "/wallets/:id/fund",
       [](const request &asked, answer_slot &) -> made {
         return answer_of(read_fund(asked.body));
       }},
      {method::post, "/wallets/:id/transfer",
       [](const request &asked, answer_slot &) -> made {
         return answer_of(read_transfer(asked.body));
       }},
  };
  return all;
}

answer answer_to(request &asked) {
  auto found = find_route(served(), asked);
  if (auto *wrong = std::get_if<problem>(&found))
    return std::move(*wrong);
  boost::asio::io_context context;
  const auto slot = std::make_shared<answer_slot>(context.get_executor());
  return *std::get<const route *>(found)->run(asked, *slot);
}

/// The value of a field of ours; all lines of a head are sound.
std::string_view field_of(std::string_view head, std::string_view name) {
  std::string_view value;
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    require(std::none_of(line.begin(), line.end(),
                         [](char c) {
                           return static_cast<unsigned char>(c) < ' ' ||
                                  c == 0x7f;
                         }),
            "no client puts lines into our answer");
    if (line.starts_with(name) && line.substr(name.size()).starts_with(": "))
      value = line.substr(name.size() + 2);
    head.remove_prefix(std::min(line.size() + 2, head.size()));
  }
  return value;
}

void check_answer(request &asked) {
  const auto made = answer_to(asked);
  std::string out;
  append_answer(out, asked, made, !asked.keep_alive);
  const auto end = out.find("\r\n\r\n");
  require(out.starts_with("HTTP/1.1 ") && end != std::string::npos,
          "an answer has a head");
  const auto head = std::string_view(out).substr(0, end);
  const auto body = std::string_view(out).substr(end + 4);
  require(field_of(head, "X-Request-Id") == asked.request_id,
          "the request's id is echoed");
  const auto *wrong = std::get_if<problem>(&made);
  const auto size =
      wrong ? problem_body(*wrong, asked.path, asked.request_id).size()
            : std::get<reply>(made).body.size();
  require(field_of(head, "Content-Length") == std::to_string(size),
          "Content-Length is the body's size");
  require(body.size() == (asked.verb == method::head ? 0 : size),
          "the body is there as a whole, and never to HEAD");
  if (wrong && !body.empty())
    require(wallet::fuzzing::read_json(body).is_json, "a failure is JSON");
}

limits choose_limits(wallet::fuzzing::choices &from) {
  limits granted;
  if (from.ConsumeBool()) {
    granted.header_bytes = from.ConsumeIntegralInRange<std::size_t>(40, 300);
    granted.body_bytes = from.ConsumeIntegralInRange<std::size_t>(0, 40);
  }
  return granted;
}

pieces choose_pieces(wallet::fuzzing::choices &from) {
  pieces sizes;
  for (auto left = from.ConsumeIntegralInRange(1, 4); left > 0; --left)
    sizes.push_back(from.ConsumeIntegralInRange<std::size_t>(1, 64));
  return sizes;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  wallet::fuzzing::choices from(data, size);
  const auto granted = choose_limits(from);
  const auto sizes = choose_pieces(from);
  const auto bytes = from.ConsumeRemainingBytesAsString();
  auto whole = read(bytes, {std::max<std::size_t>(bytes.size(), 1)}, granted);
  // A failure may show itself a few bytes later than in the whole.
  const std::string more = whole.wrong ? "more and more" : "";
  check_pieces(whole, read(bytes + more, sizes, granted));
  check_pieces(whole, read(bytes + more, {1}, granted));
  check_framing(bytes, whole, granted);
  check_twice(bytes, whole, granted);
  for (auto &asked : whole.requests)
    check_answer(asked);
  return 0;
}
