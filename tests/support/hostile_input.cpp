#include "tests/support/hostile_input.hpp"

namespace wallet::testing {

std::vector<hostile_request> hostile_requests() {
  const std::string start = "POST /wallets HTTP/1.1\r\nHost: a\r\n";
  const std::string chunks = "0\r\n\r\n";
  return {
      {start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" +
           chunks,
       400},
      {start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" +
           chunks,
       400},
      {start + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
      {start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {start + "Content-Length: 1, 1\r\n\r\na", 400},
      {start + "Content-Length: +1\r\n\r\na", 400},
      {start + "Content-Length: -1\r\n\r\na", 400},
      {start + "Content-Length: 0x1\r\n\r\na", 400},
      {start + "Content-Length: 1 1\r\n\r\na", 400},
      {start + "Content-Length:\r\n\r\n", 400},
      {start + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {start + "Transfer-Encoding: gzip\r\n\r\n" + chunks, 501},
      {start + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks, 501},
      {start + "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunks, 501},
      {start + "Transfer-Encoding: xchunked\r\n\r\n" + chunks, 501},
      {start + "Transfer-Encoding: \"chunked\"\r\n\r\n" + chunks, 501},
      {start +
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
           "\r\n" +
           chunks,
       400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, 400},
      {start + "Transfer-Encoding : chunked\r\n\r\n" + chunks, 400},
      {start + "Content-Length : 1\r\n\r\na", 400},
      {start + " X: y\r\n\r\n", 400},
      {start + "X: y\r\n z\r\n\r\n", 400},
      {start + "X: y\r\n\tz\r\n\r\n", 400},
      {start + "X: a\rb\r\n\r\n", 400},
      {start + "X: a\nY: b\r\n\r\n", 400},
      {start + "X: a" + std::string(1, '\0') + "\r\n\r\n", 400},
      {start + "X\r\n\r\n", 400},
      {start + ": x\r\n\r\n", 400},
      {start + "X Y: z\r\n\r\n", 400},
      {start + "Host: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: a\n\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 505},
      {"GET /\r\nHost: a\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n1\nab\r\n0\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 413},
      {start + "Expect: something\r\n\r\n", 417}};
}

std::vector<std::string> hostile_bodies() {
  return {
      "",
      " ",
      "x",
      "{",
      R"({"user_id":"a")",
      R"({"user_id":"a)",
      R"({"user_id":"a"}})",
      R"({"user_id":"a"}{"user_id":"a"})",
      R"({"user_id":"a"} x)",
      R"({"user_id":"a",})",
      R"({user_id:"a"})",
      R"({'user_id':'a'})",
      "{\"user_id\":\"a\nb\"}",
      "{\"user_id\":\"\xFF\"}",
      "{\"user_id\":\"\xC0\xAF\"}",
      "{\"user_id\":\"\xED\xA0\x80\"}",
      "{\"x\":\"\xFF\",\"user_id\":\"a\"}",
      R"({"user_id":"\ud800"})",
      R"({"user_id":"\ud800\u0041"})",
      R"({"user_id":"\x41"})",
      R"({"user_id":"a","user_id":"a"})",
      R"({"user_id":"a","user_id":1})",
      R"({"user_id":"a","x":NaN})",
      R"({"user_id":"a","x":01})",
      R"({"user_id":"a","x":1e999})",
      R"({"user_id":"a"/*x*/})",
      std::string("{\"user_id\":\"a\"}\0", 16),
      std::string("{\"user_id\":\"a\"}\0{}", 18),
      std::string(60'000, '['),
      R"({"user_id":"a","x":)" + std::string(60'000, '['),
  };
}

std::vector<std::string> hostile_amounts() {
  return {"",
          " 1",
          "1 ",
          "1e2",
          "+1",
          "-0",
          "-1",
          "1_000",
          "1,000",
          "1.",
          ".5",
          "NaN",
          "Infinity",
          "0x10",
          "1.00005",
          "1.00000",
          "922337203685477.5808",
          "99999999999999999999",
          "0",
          "0.0000",
          "1.2.3",
          "\\u0661"};
}

} // namespace wallet::testing
