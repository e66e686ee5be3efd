#include "bench/wallets.hpp"

#include <stdexcept>

namespace wallet::bench {

namespace {

/// The text of a field of our own service's compact JSON.
std::string field_of(std::string_view body, std::string_view name) {
  const auto mark = "\"" + std::string(name) + "\":\"";
  const auto at = body.find(mark);
  if (at == std::string_view::npos)
    throw std::runtime_error("no \"" + std::string(name) +
                             "\" in the answer: " + std::string(body));
  const auto from = at + mark.size();
  return std::string(body.substr(from, body.find('"', from) - from));
}

/// Sends `count` requests as fast as they are answered; each must succeed.
void run_all(const endpoints &service, std::size_t count,
             const request_writer &write, const answer_reader &read) {
  using namespace std::chrono_literals;
  if (count == 0)
    return;
  load_options options;
  options.service = service;
  options.connections = 256; // sleeping wallets are woken together
  options.warm_up = 0ms;
  options.duration = 10min; // a bound; it ends with the last request
  options.requests = count;
  std::size_t answered = 0;
  run_load(options, write,
           [&](std::uint64_t index, int status, std::string_view body) {
             if (status != 200)
               throw std::runtime_error("request " + std::to_string(index) +
                                        ": status " + std::to_string(status) +
                                        " " + std::string(body));
             read(index, status, body);
             ++answered;
           });
  if (answered != count)
    throw std::runtime_error("the service did not answer in time");
}

} // namespace

std::vector<std::string> make_wallets(const endpoints &service,
                                      std::size_t count, money balance) {
  std::vector<std::string> ids(count);
  run_all(
      service, count,
      [](std::uint64_t index, std::string &to) {
        write_post("/wallets",
                   "{\"user_id\":\"bench-" + std::to_string(index) + "\"}", "",
                   to);
        return side::wallets;
      },
      [&](std::uint64_t index, int, std::string_view body) {
        ids.at(index) = field_of(body, "id");
      });
  if (balance.is_zero())
    return ids;
  const auto funding = "{\"amount\":\"" + balance.to_string() + "\"}";
  run_all(
      service, count,
      [&](std::uint64_t index, std::string &to) {
        write_post("/wallets/" + ids[index] + "/fund", funding, "", to);
        return side::wallets;
      },
      [](std::uint64_t, int, std::string_view) {});
  return ids;
}

std::int64_t total_balance(const endpoints &service,
                           const std::vector<std::string> &wallets) {
  std::int64_t total = 0;
  run_all(
      service, wallets.size(),
      [&](std::uint64_t index, std::string &to) {
        to += "GET /wallets/" + wallets[index] +
              " HTTP/1.1\r\nHost: bench\r\n\r\n";
        return side::wallets;
      },
      [&](std::uint64_t, int, std::string_view body) {
        const auto balance = money::parse(field_of(body, "balance"));
        total += balance ? balance->units() : 0;
      });
  return total;
}

} // namespace wallet::bench
