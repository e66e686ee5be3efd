#include <catch2/catch.hpp>

#include "bench/answer_parser.hpp"

namespace wallet::bench {

namespace {

/// Feeds it so many bytes at a time, as a socket might.
int status_of(const std::string &answer, std::size_t step, std::string &body) {
  answer_parser parser(&body);
  std::string rest;
  for (std::size_t at = 0; at < answer.size() && !parser.is_done();
       at += step) {
    rest += answer.substr(at, step);
    rest.erase(0, parser.feed(rest));
  }
  CHECK(!parser.is_malformed());
  return parser.is_done() ? parser.status() : 0;
}

} // namespace

TEST_CASE("An answer may come in pieces of any size.") {
  for (const std::string &answer :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "5\r\nhello\r\n0\r\n\r\n")})
    for (std::size_t step = 5; step <= answer.size(); ++step) {
      std::string body;
      CHECK(status_of(answer, step, body) == 200);
      CHECK(body == "hello");
    }
}

TEST_CASE("What is not HTTP is said to be malformed.") {
  answer_parser parser(nullptr);
  parser.feed("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  CHECK(parser.is_malformed());
  CHECK(!parser.is_done());
}

TEST_CASE("A server may want to close.") {
  answer_parser parser(nullptr);
  parser.feed("HTTP/1.1 503 Busy\r\nConnection: close\r\n"
              "Content-Length: 0\r\n\r\n");
  CHECK(parser.is_done());
  CHECK(parser.status() == 503);
  CHECK(!parser.keep_alive());
}

} // namespace wallet::bench
