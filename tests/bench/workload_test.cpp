#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "bench/workload.hpp"

namespace wallet::bench {

namespace {

std::vector<std::string> numbered_wallets(std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i)
    ids.push_back("wallet-" + std::to_string(i));
  return ids;
}

workload workload_of(workload_kind kind, std::uint64_t seed = 1) {
  return workload({.kind = kind,
                   .seed = seed,
                   .wallets = numbered_wallets(100),
                   .smallest = money::from_units(100),
                   .largest = money::from_units(300)});
}

std::string request_at(const workload &stream, std::uint64_t index) {
  std::string text;
  stream.write(index, text);
  return text;
}

std::string between(const std::string &text, const std::string &from,
                    const std::string &to) {
  const auto begin = text.find(from) + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

std::string source_of(const std::string &request) {
  return between(request, "POST /wallets/", "/transfer");
}

std::string target_of(const std::string &request) {
  return between(request, "\"to_wallet_id\":\"", "\"");
}

constexpr std::uint64_t many = 20'000;

} // namespace

TEST_CASE("The same seed makes the same requests, in any order of asking.") {
  for (std::size_t i = 0; i < workload_kinds; ++i) {
    const auto kind = static_cast<workload_kind>(i);
    const auto first = workload_of(kind), second = workload_of(kind);
    std::vector<std::string> forwards;
    for (std::uint64_t index = 0; index < 100; ++index)
      forwards.push_back(request_at(first, index));
    for (std::uint64_t index = 100; index-- > 0;)
      CHECK(request_at(second, index) == forwards[index]);
    CHECK(request_at(workload_of(kind, 2), 7) != forwards[7]);
    CHECK(workload_kind_from(name_of(kind)) == kind);
  }
  CHECK(!workload_kind_from("hotter"));
}

TEST_CASE("Nobody sends to himself, and amounts keep within their limits.") {
  for (const auto kind : {workload_kind::uniform, workload_kind::zipf,
                          workload_kind::hot, workload_kind::hot_in}) {
    const auto stream = workload_of(kind);
    std::set<std::string> amounts;
    for (std::uint64_t index = 0; index < many; ++index) {
      const auto request = request_at(stream, index);
      REQUIRE(source_of(request) != target_of(request));
      if (kind == workload_kind::hot)
        REQUIRE(source_of(request) == "wallet-0");
      if (kind == workload_kind::hot_in)
        REQUIRE(target_of(request) == "wallet-0");
      amounts.insert(between(request, "\"amount\":\"", "\""));
    }
    CHECK(*amounts.begin() == "0.0100");
    CHECK(*amounts.rbegin() == "0.0300");
  }
}

TEST_CASE("Zipf draws a wallet as often as its rank says.") {
  const auto stream = workload_of(workload_kind::zipf);
  std::map<std::string, double> sources;
  for (std::uint64_t index = 0; index < many; ++index)
    sources[source_of(request_at(stream, index))] += 1.0 / many;
  // 1 / (sum of 1 / n^0.99 for n = 1..100) = 0.1898; three standard deviations
  // of the sample are 0.0083.
  CHECK(sources["wallet-0"] == Approx(0.1898).margin(0.0083));
  CHECK(sources["wallet-1"] < sources["wallet-0"]);
}

TEST_CASE("Mixed is 70 % transfers, 20 % wallets and 10 % histories.") {
  const auto stream = workload_of(workload_kind::mixed);
  double transfers = 0, reads = 0, histories = 0;
  for (std::uint64_t index = 0; index < many; ++index) {
    std::string text;
    const auto to = stream.write(index, text);
    const bool is_history = text.find("/history HTTP") != std::string::npos;
    REQUIRE(is_history == (to == side::history));
    (text.starts_with("POST") ? transfers
     : is_history             ? histories
                              : reads) += 1.0 / many;
  }
  CHECK(transfers == Approx(0.7).margin(0.01));
  CHECK(reads == Approx(0.2).margin(0.01));
  CHECK(histories == Approx(0.1).margin(0.01));
}

TEST_CASE("One retry of ten repeats an earlier request; other keys are new.") {
  const auto stream = workload_of(workload_kind::retry);
  std::map<std::string, std::string> by_key;
  double repeats = 0;
  for (std::uint64_t index = 0; index < many; ++index) {
    const auto request = request_at(stream, index);
    const auto key = between(request, "Idempotency-Key: ", "\r\n");
    const auto [known, is_new] = by_key.emplace(key, request);
    repeats += is_new ? 0 : 1.0 / many;
    REQUIRE(known->second == request);
  }
  CHECK(repeats == Approx(0.1).margin(0.01));
}

TEST_CASE("Every creation is of another user.") {
  const auto stream = workload_of(workload_kind::create);
  std::set<std::string> users;
  for (std::uint64_t index = 0; index < 100; ++index)
    users.insert(between(request_at(stream, index), "\"user_id\":\"", "\""));
  CHECK(users.size() == 100);
}

} // namespace wallet::bench
