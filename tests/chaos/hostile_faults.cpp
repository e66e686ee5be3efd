#include "tests/chaos/fault.hpp"

#include <string>
#include <vector>

#include "bench/wallets.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/front_door.hpp"
#include "tests/support/hostile_input.hpp"

namespace wallet::chaos {

using namespace wallet::testing;

namespace {

healing nothing_to_heal() {
  return [] {};
}

std::uint16_t port_of(stage &on) {
  return static_cast<std::uint16_t>(on.server().port());
}

/// All that the service says to these bytes before it closes.
std::string answers_to(stage &on, const std::string &bytes) {
  raw_socket client(port_of(on));
  client.send(bytes);
  client.finish();
  return client.receive_all();
}

/// What follows the last whole answer is a part of its own.
std::vector<std::string> split_answers(std::string all) {
  std::vector<std::string> parts;
  while (!all.empty()) {
    const auto length = field_of(all, "Content-Length");
    const auto head = all.size() - body_of(all).size();
    const auto size = length.empty() ? all.size() : head + std::stoul(length);
    parts.push_back(all.substr(0, size));
    all.erase(0, size);
  }
  return parts;
}

std::string printable(const std::string &bytes) {
  std::string text = bytes.substr(0, 200);
  for (auto &c : text)
    if (c < ' ' || c > '~')
      c = '.';
  return text;
}

void expect_single_answer(stage &on, const std::string &bytes, int status) {
  const auto all = answers_to(on, bytes);
  on.expect(status_of(all) == std::to_string(status) &&
                split_answers(all).size() == 1,
            "answered to " + printable(bytes) + ": " + printable(all));
}

void send_too_much(stage &on) {
  const std::string start = "POST /wallets HTTP/1.1\r\nHost: a\r\n";
  expect_single_answer(on, start + "X: " + std::string(20'000, 'x'), 431);
  expect_single_answer(
      on, start + "Content-Length: 70000\r\n\r\n" + std::string(70'000, 'x'),
      413);
}

/// A body that never comes whole, and one that goes on.
void lie_about_length(stage &on) {
  const auto message = [](const std::string &length) {
    return "POST /wallets HTTP/1.1\r\nHost: a\r\nContent-Type: "
           "application/json\r\nContent-Length: " +
           length + "\r\n\r\n{}";
  };
  on.expect(answers_to(on, message("50")).empty(),
            "half a body is answered as a whole one");
  const auto all = answers_to(on, message("2") + "GARBAGE\r\n\r\n");
  const auto answers = split_answers(all);
  on.expect(answers.size() == 2 && status_of(answers[0]) == "422" &&
                status_of(answers[1]) == "400",
            "what follows a body: " + printable(all));
}

void pipeline(stage &on) {
  constexpr int count = 1'000;
  std::string all;
  for (int i = 0; i < count; ++i)
    all += "GET /health HTTP/1.1\r\nHost: a\r\nX-Request-Id: " +
           std::to_string(i) + "\r\n\r\n";
  raw_socket client(port_of(on));
  client.send(all);
  for (int i = 0; i < count; ++i)
    if (field_of(client.receive(), "X-Request-Id") != std::to_string(i)) {
      on.expect(false, "pipelined requests are not answered in order");
      return;
    }
}

/// A good request with a few bytes changed: anything but a 500.
void send_mutations(stage &on, const std::string &wallet) {
  const auto good =
      post_message("/wallets/" + wallet + "/fund", R"({"amount":"1.00"})");
  for (int i = 0; i < 300; ++i) {
    auto bytes = good;
    for (auto changes = 1 + on.random().below(4); changes > 0; --changes)
      bytes[on.random().below(bytes.size())] =
          static_cast<char>(on.random().below(256));
    const auto all = answers_to(on, bytes);
    on.expect(status_of(all) != "500" && !all.ends_with("(silence)"),
              "answered to " + printable(bytes) + ": " + printable(all));
  }
}

/// Wallets of a fault's own.
class guest {
public:
  explicit guest(stage &on) : on_(on), server_(on.server().client()) {}

  std::string wallet(const std::string &currency = "USD") {
    const auto made = ask("/wallets", R"({"user_id":"guest","currency":")" +
                                          currency + "\"}");
    on_.expect(made && made->is_success(), "a guest gets no wallet");
    return made ? made->at("/data/id") : "";
  }

  void expect(int status, const std::string &target, const std::string &body,
              const std::string &key = {}) {
    const auto answer = ask(target, body, key);
    on_.expect(answer && answer->status == status,
               target + " " + printable(body) + ": " +
                   (answer ? std::to_string(answer->status) + " " + answer->body
                           : "no answer") +
                   " instead of " + std::to_string(status));
  }

  void expect_fund(int status, const std::string &wallet,
                   const std::string &amount, const std::string &key = {}) {
    expect(status, "/wallets/" + wallet + "/fund",
           R"({"amount":")" + amount + "\"}", key);
  }

  void expect_transfer(int status, const std::string &from,
                       const std::string &to, const std::string &amount) {
    expect(status, "/wallets/" + from + "/transfer",
           R"({"to_wallet_id":")" + to + R"(","amount":")" + amount + "\"}");
  }

  void expect_balance(const std::string &wallet, const std::string &balance) {
    const auto read = insist([&] { return server_.get("/wallets/" + wallet); });
    on_.expect(read && read->at("/data/balance") == balance,
               "wallet " + wallet + " should hold " + balance + ": " +
                   (read ? read->body : "no answer"));
  }

private:
  http_client::maybe_answer ask(const std::string &target,
                                const std::string &body,
                                const std::string &key = {}) {
    return insist([&] { return server_.post(target, body, key); });
  }

  /// Comes again for a while when told so: a stampede may not be over yet.
  template <class Ask> http_client::maybe_answer insist(const Ask &once) {
    http_client::maybe_answer answer;
    eventually([&] {
      answer = once();
      return !answer || answer->status != 503;
    });
    return answer;
  }

  stage &on_;
  http_client server_;
};

/// Asks `count` times over many connections; each must be answered with
/// `status` or be told to come again. How many were not told so.
std::uint64_t ask_at_once(stage &on, std::uint64_t count, int status,
                          const bench::request_writer &write) {
  bench::load_options options;
  options.service.port = on.server().port();
  options.connections = 2'000;
  options.warm_up = std::chrono::milliseconds(0);
  options.duration = std::chrono::minutes(5); // ends with the last request
  options.requests = count;
  auto found = bench::run_load(options, write);
  const auto served = found.statuses[status];
  on.expect(served + found.refused == count && served > 0,
            std::to_string(count) + " asked at once, of which " +
                std::to_string(served) + " were served and " +
                std::to_string(found.refused) + " told to come again");
  return served;
}

} // namespace

healing send_hostile_http(stage &on) {
  for (const auto &[bytes, status] : hostile_requests())
    expect_single_answer(on, bytes, status);
  send_too_much(on);
  lie_about_length(on);
  pipeline(on);
  send_mutations(on, guest(on).wallet());
  return nothing_to_heal();
}

healing send_hostile_json(stage &on) {
  guest client(on);
  for (const auto &body : hostile_bodies())
    client.expect(400, "/wallets", body);
  const std::string depth(30'000, '[');
  client.expect(400, "/wallets", R"({"user_id":"guest","x":)" + depth + "}");
  for (const std::string body : {"[]", "null", "1", "{}", R"({"user_id":1})"})
    client.expect(422, "/wallets", body);
  return nothing_to_heal();
}

healing send_odd_numbers(stage &on) {
  guest client(on);
  const auto wallet = client.wallet();
  for (const auto &amount : hostile_amounts())
    client.expect_fund(400, wallet, amount);
  for (const std::string number : {"1", "0", "1.5", "1e2", "-1", "null"})
    client.expect(422, "/wallets/" + wallet + "/fund",
                  R"({"amount":)" + number + "}");
  client.expect_balance(wallet, "0.0000");
  for (const std::string amount : {"0.0001", "100", "007", "1.1", "1.0000"})
    client.expect_fund(200, wallet, amount);
  client.expect_balance(wallet, "109.1001");
  return nothing_to_heal();
}

healing abuse(stage &on) {
  guest client(on);
  const auto dollars = client.wallet(), others = client.wallet(),
             euros = client.wallet("EUR"), full = client.wallet();
  const std::string most = "922337203685477.5807";
  client.expect_fund(200, dollars, "10", "chaos-" + dollars);
  client.expect_fund(200, full, most);

  client.expect_fund(422, dollars, "11", "chaos-" + dollars);
  client.expect_fund(400, full, "0.0001");
  client.expect_transfer(400, dollars, dollars, "1");
  client.expect_transfer(422, dollars, euros, "1");
  client.expect_transfer(400, dollars, full, "1");
  client.expect_transfer(400, dollars, others, "10.0001");
  client.expect_transfer(404, dollars, "nobody", "1");

  client.expect_balance(dollars, "10.0000");
  client.expect_balance(others, "0.0000");
  client.expect_balance(euros, "0.0000");
  client.expect_balance(full, most);
  return nothing_to_heal();
}

healing stampede(stage &on) {
  // What is not in memory is looked for in the store, there or not.
  const std::uint64_t cold = on.chosen().is_short ? 10'000 : 100'000;
  const auto first = on.random().below(std::uint64_t{1} << 40);
  ask_at_once(on, cold, 404, [first](std::uint64_t index, std::string &to) {
    char id[40];
    std::snprintf(id, sizeof id, "%08x-0000-4000-8000-%012llx",
                  static_cast<unsigned>(index),
                  static_cast<unsigned long long>(first + index));
    to.append("GET /wallets/").append(id);
    to += " HTTP/1.1\r\nHost: a\r\n\r\n";
    return bench::side::wallets;
  });

  guest client(on);
  const auto wallet = client.wallet();
  const auto funded =
      ask_at_once(on, 10'000, 200, [&wallet](std::uint64_t, std::string &to) {
        bench::write_post("/wallets/" + wallet + "/fund",
                          R"({"amount":"0.0001"})", "", to);
        return bench::side::wallets;
      });
  client.expect_balance(
      wallet, money::from_units(static_cast<std::int64_t>(funded)).to_string());
  return nothing_to_heal();
}

} // namespace wallet::chaos
