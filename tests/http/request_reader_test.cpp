#include <catch2/catch.hpp>

#include <cstring>
#include <vector>

#include "http/request_reader.hpp"
#include "tests/support/hostile_input.hpp"

using namespace wallet::http;

// Bytes to requests, without sockets: whole, and in pieces of every size.

namespace {

struct outcome {
  std::vector<request> requests;
  /// 0: the bytes were read to the end.
  int status = 0;
  std::string text;
  int continues = 0;
};

outcome read(std::string_view bytes, std::size_t piece,
             const limits &granted = {}) {
  request_reader reader(granted);
  outcome found;
  for (;;) {
    auto step = reader.next();
    if (auto *whole = std::get_if<request>(&step)) {
      found.requests.push_back(std::move(*whole));
    } else if (const auto *wrong = std::get_if<problem>(&step)) {
      found.status = wrong->status;
      found.text = wrong->text;
      CHECK(wrong->closes);
      return found;
    } else {
      if (std::holds_alternative<request_reader::waits_for_continue>(step))
        ++found.continues;
      if (bytes.empty())
        return found;
      const auto room = reader.room();
      REQUIRE(room.size() > 0);
      const auto size = std::min({piece, bytes.size(), room.size()});
      std::memcpy(room.data(), bytes.data(), size);
      reader.received(size);
      bytes.remove_prefix(size);
    }
  }
}

/// In whatever pieces it comes, it is read in the same way.
outcome read(std::string_view bytes, const limits &granted = {}) {
  const auto whole = read(bytes, bytes.size(), granted);
  for (const std::size_t piece : {1, 2, 3, 7, 64}) {
    const auto again = read(bytes, piece, granted);
    CHECK(again.status == whole.status);
    CHECK(again.requests.size() == whole.requests.size());
    for (std::size_t i = 0; i < again.requests.size(); ++i) {
      CHECK(again.requests[i].path == whole.requests[i].path);
      CHECK(again.requests[i].body == whole.requests[i].body);
    }
  }
  return whole;
}

const std::string start = "POST /wallets HTTP/1.1\r\nHost: a\r\n";

} // namespace

TEST_CASE("a request keeps what somebody reads") {
  const auto found =
      read("POST /wallets/a%20b/fund?x=/y HTTP/1.1\r\nhOsT: h\r\n"
           "content-TYPE:  application/json \r\nIDEMPOTENCY-key: k\r\n"
           "X-Request-Id: r\r\nOther: z\r\nContent-Length: 4\r\n\r\nbody");
  REQUIRE(found.requests.size() == 1);
  const auto &one = found.requests[0];
  CHECK(one.verb == method::post);
  CHECK(one.path == "/wallets/a%20b/fund");
  CHECK(one.content_type == "application/json");
  CHECK(one.has_idempotency_key);
  CHECK(one.idempotency_key == "k");
  CHECK(one.request_id == "r");
  CHECK(one.body == "body");
  CHECK(one.keep_alive);
}

TEST_CASE("requests behind each other are read one by one") {
  const auto found = read("\r\n" + start + "Content-Length: 2\r\n\r\nab" +
                          "\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n" + start +
                          "Transfer-Encoding: chunked\r\n\r\n"
                          "3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nX: y\r\n\r\n"
                          "GET /c HTTP/1.0\r\n\r\n");
  CHECK(found.status == 0);
  REQUIRE(found.requests.size() == 4);
  CHECK(found.requests[0].body == "ab");
  CHECK(found.requests[1].path == "/b");
  CHECK(found.requests[2].body == "abcd");
  CHECK(found.requests[3].is_http_1_0);
  CHECK_FALSE(found.requests[3].keep_alive);
}

TEST_CASE("a trailer says nothing") {
  const auto found = read(start + "Transfer-Encoding: chunked\r\n\r\n0\r\n"
                                  "Idempotency-Key: k\r\n\r\n");
  REQUIRE(found.requests.size() == 1);
  CHECK_FALSE(found.requests[0].has_idempotency_key);
}

TEST_CASE("an absolute target is its path") {
  for (const std::string target :
       {"http://a/b", "HTTP://a:80/b?c", "https://u@a/b"}) {
    const auto found = read("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(found.requests.size() == 1);
    CHECK(found.requests[0].path == "/b");
  }
}

TEST_CASE("what could be read in two ways is refused") {
  for (const auto &[request, status] : wallet::testing::hostile_requests()) {
    INFO(request);
    const auto found = read(request);
    CHECK(found.status == status);
    CHECK(found.requests.empty());
  }
}

TEST_CASE("versions that nobody speaks are refused") {
  for (const std::string version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2",
                                    "HTTP/9.9", "HTTP/1.", "http/1.1", "X"}) {
    INFO(version);
    const auto found = read("GET / " + version + "\r\nHost: a\r\n\r\n");
    CHECK((found.status == 505 || found.status == 400));
    CHECK(found.requests.empty());
  }
}

TEST_CASE("a head may be as long as the limit and no longer") {
  limits granted;
  granted.header_bytes = 256;
  const auto padded = [](std::size_t size) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    return head + std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
  };
  CHECK(read(padded(256), granted).requests.size() == 1);
  CHECK(read(padded(257), granted).status == 431);
  // Not only when its end is seen.
  CHECK(read("GET /" + std::string(10'000, 'x'), granted).status == 431);
}

TEST_CASE("trailers are read as strictly as heads") {
  // Fuzzing: folded ones were taken.
  const auto head = start + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string rest :
       {"0\r\nX: a\r\n b\r\n\r\n", "1\r\na\r\n0\r\nX: a\r\n\tb\r\n\r\n",
        "0\r\nX: a\x7f\r\n\r\n"})
    CHECK(read(head + rest).status == 400);
}

TEST_CASE("chunks mean the same in whatever pieces they come") {
  // Fuzzing: Beast's decoder read on behind an open quote, counted a chunk
  // again with every piece of its line, and waited for more of a bad last one.
  limits granted;
  granted.body_bytes = 8;
  const auto head = start + "Transfer-Encoding: chunked\r\n\r\n";
  const auto taken = read(head + "5;x=\"y\r\nabcde\r\n0003 ;z\r\nfgh\r\n"
                                 "00\r\nX-y: \t\r\nZ:\r\n\r\n",
                          granted);
  REQUIRE(taken.requests.size() == 1);
  CHECK(taken.requests[0].body == "abcdefgh");
  for (const std::string rest :
       {"5;x=\"a\n", "5;x\r5", "5 x\r\n", "5x", ";x\r\n", "\r\n", "0\r\r",
        "0\r\n: a\r\n", "0\r\nX : a\r\n", "0\r\nX\r\n", "0\r\n\rX", "1\r\na0",
        "1\r\na\r0", "0\r\nX: a\rb"}) {
    INFO(rest);
    const auto found = read(head + rest, granted);
    CHECK(found.status == 400);
    CHECK(read(head + rest + "and more", granted).text == found.text);
  }
  CHECK(read(head + "9", granted).status == 413);
  CHECK(read(head + "8\r\nabcdefgh\r\n1", granted).status == 413);
}

TEST_CASE("a head that ends too early is refused when it ends") {
  // Fuzzing: in pieces, the missing rest was waited for behind the end.
  for (const std::string head : {"POST /a 2", "POST /a"}) {
    INFO(head);
    CHECK(read(head + "\r\n\r\n").status == 400);
    CHECK(read(head + "\r\n\r\nbytes behind it").status == 400);
  }
}

TEST_CASE("a body may be as long as the limit and no longer") {
  limits granted;
  granted.body_bytes = 100;
  const auto plain = [](std::size_t size) {
    return start + "Content-Length: " + std::to_string(size) + "\r\n\r\n" +
           std::string(size, 'x');
  };
  CHECK(read(plain(100), granted).requests.size() == 1);
  CHECK(read(plain(101), granted).status == 413);
  // By what it says, before anything of it is here.
  CHECK(read(start + "Content-Length: 101\r\n\r\n", granted).status == 413);

  const auto chunked = [](int chunks) {
    auto text = start + "Transfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < chunks; ++i)
      text += "a\r\n0123456789\r\n";
    return text + "0\r\n\r\n";
  };
  CHECK(read(chunked(10), granted).requests.size() == 1);
  CHECK(read(chunked(11), granted).status == 413);
}

TEST_CASE("a chunk's first line and the trailers have limits too") {
  limits granted;
  granted.header_bytes = 256;
  const auto head = start + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string chunk = "1;" + std::string(100, 'x') + "\r\na\r\n";
  for (const auto &rest :
       {"1;" + std::string(257, 'x'), "0\r\nX: " + std::string(257, 'x'),
        std::string(258, '0'), chunk + chunk + chunk})
    CHECK(read(head + rest, granted).status == 431);
  CHECK(read(head + chunk + chunk + "0\r\n\r\n", granted).status == 0);
}

TEST_CASE("100 Continue is wanted once, and only while the body is away") {
  const auto head = start + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  CHECK(read(head + "ab", 1'000).continues == 0);
  CHECK(read(head, 1'000).continues == 1);
  CHECK(read(head + "ab", head.size()).continues == 1);
  CHECK(read(head + "ab", 1).continues == 1);
  CHECK(read("POST / HTTP/1.0\r\nContent-Length: 2\r\n"
             "Expect: 100-continue\r\n\r\n",
             1'000)
            .continues == 0);
}

TEST_CASE("a key that is sent twice is no key") {
  const auto found =
      read(start + "Idempotency-Key: a\r\nIdempotency-Key: a\r\n\r\n");
  REQUIRE(found.requests.size() == 1);
  CHECK(found.requests[0].has_idempotency_key);
  CHECK(found.requests[0].idempotency_key.empty());
}
