#include "tests/chaos/load_client.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>

namespace wallet::chaos {

using namespace std::chrono_literals;
using testing::http_answer;
using testing::http_client;

namespace {

/// The exponent that YCSB uses, too.
constexpr double zipf_theta = 0.99;
/// Between two looks at a service that does not serve. Clients of 64 threads
/// must leave the processor to a server that starts.
constexpr auto look_again_after = 20ms;

std::vector<double> zipf_shares(std::size_t count) {
  std::vector<double> shares(count);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i)
    shares[i] = sum += 1 / std::pow(static_cast<double>(i + 1), zipf_theta);
  for (auto &share : shares)
    share /= sum;
  return shares;
}

/// What no service may accept: the part after /wallets/:id, and the body.
struct rubbish {
  const char *target;
  const char *body;
};
constexpr std::array<rubbish, 8> all_rubbish{{
    {"/fund", R"({"amount":"1.00005"})"},
    {"/fund", R"({"amount":"-1"})"},
    {"/fund", R"({"amount":1})"},
    {"/fund", R"({"amount":"1)"},
    {"/fund", ""},
    {"/transfer", R"({"amount":"1.00"})"},
    {"/transfer", R"({"to_wallet_id":"nobody","amount":"1.00"})"},
    {"/nothing", R"({"amount":"1.00"})"},
}};

std::int64_t number_at(const http_answer &answer, const std::string &pointer) {
  const auto text = answer.at(pointer);
  return text.empty() ? 0 : std::stoll(text);
}

void raise(std::atomic<std::int64_t> &highest, std::int64_t value) {
  auto known = highest.load();
  while (known < value && !highest.compare_exchange_weak(known, value)) {
  }
}

told_state state_at(const http_answer &answer, const std::string &pointer) {
  const auto balance = money::parse(answer.at(pointer + "/balance"));
  return {number_at(answer, pointer + "/version"),
          balance ? balance->units() : -1};
}

} // namespace

load_state::load_state(load::options given, findings &found)
    : chosen(std::move(given)), wrong(found), versions(chosen.wallets.size()),
      shares(zipf_shares(chosen.wallets.size())) {}

moment load_state::now() const {
  return std::chrono::steady_clock::now() - began;
}

load_client::load_client(load_state &shared, std::size_t number)
    : shared_(shared), random_(shared.chosen.seed, number) {
  for (const int port : shared.chosen.ports)
    servers_.emplace_back(port, shared.chosen.patience);
}

tally load_client::counted() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

void load_client::run() {
  const auto pause = shared_.chosen.rate > 0
                         ? std::chrono::duration<double>(
                               shared_.chosen.clients / shared_.chosen.rate)
                         : 0s;
  while (!shared_.is_stopping) {
    const auto next =
        std::chrono::steady_clock::now() +
        std::chrono::duration_cast<std::chrono::nanoseconds>(pause);
    step();
    if (pause.count() > 0)
      std::this_thread::sleep_until(next);
  }
}

void load_client::step() {
  const auto choice = random_.below(100);
  if (choice < 70)
    pursue(make_note(operation::transfer));
  else if (choice < 80)
    repeat();
  else if (choice < 85)
    pursue(make_note(operation::overdraft));
  else if (choice < 87)
    send_rubbish();
  else if (choice < 94)
    pursue(make_note(operation::fund));
  else
    read();
}

/// The first wallet is in every fourth transfer, above its share.
std::uint16_t load_client::some_wallet() {
  if (chance(25))
    return 0;
  const auto found = std::upper_bound(shared_.shares.begin(),
                                      shared_.shares.end(), random_.fraction());
  return static_cast<std::uint16_t>(std::min<std::ptrdiff_t>(
      found - shared_.shares.begin(), std::ssize(shared_.shares) - 1));
}

note &load_client::make_note(operation what) {
  auto &one = notes_.emplace_back();
  one.number = ++shared_.number;
  one.what = what;
  one.has_key = chance(90);
  one.sender = one.receiver = some_wallet();
  while (what != operation::fund && one.receiver == one.sender)
    one.receiver = static_cast<std::uint16_t>(
        random_.below(shared_.chosen.wallets.size()));
  return one;
}

void load_client::repeat() {
  if (notes_.empty())
    return;
  auto &earlier = notes_[random_.below(notes_.size())];
  if (earlier.has_key)
    pursue(earlier);
}

void load_client::pursue(note &one) {
  for (;;) {
    if (attempt(one) == result::decided)
      return;
    next_server();
    if (!await_service() || !one.has_key || chance(50))
      return;
  }
}

load_client::result load_client::attempt(note &one) {
  const auto &wallets = shared_.chosen.wallets;
  const auto began = shared_.now();
  if (one.tries++ == 0)
    one.sent = began;
  const auto answer = server().post(
      "/wallets/" + wallets[one.sender] + "/" + std::string(name_of(one.what)),
      request_body(one, wallets[one.receiver]), one.has_key ? key_of(one) : "");
  if (answer)
    for (auto *longest : {&shared_.longest_wait_ns, &shared_.recent_wait_ns})
      raise(*longest, (shared_.now() - began).count());
  if (!answer || answer->status >= 500 || answer->status == 429)
    return judge_failure(one, answer);
  one.is_open = false;
  one.is_refused = !answer->is_success();
  if (answer->is_success()) {
    on_done(one, *answer);
  } else {
    count(&tally::refused);
    if (one.is_done)
      shared_.wrong.add(describe(one) +
                        " was done, and then refused: " + answer->body);
  }
  return result::decided;
}

load_client::result
load_client::judge_failure(note &one, const http_client::maybe_answer &answer) {
  if (!answer && !server().has_sent()) {
    count(&tally::unreachable);
    return result::away;
  }
  if (answer) {
    check_failure(describe(one), *answer);
    if (answer->at("/code") != "outcome_unknown") {
      count(&tally::turned_away);
      return result::away;
    }
  }
  count(answer ? &tally::unknown : &tally::silent);
  one.was_open = one.is_open = true;
  one.is_refused = false; // earlier, maybe: this try may have been done
  one.opened = shared_.now();
  return result::open;
}

void load_client::check_failure(const std::string &asked,
                                const http_answer &answer) {
  const bool is_honest = (answer.status == 503 || answer.status == 429) &&
                         answer.headers.contains("retry-after");
  if (!is_honest)
    shared_.wrong.add(asked + ": " + std::to_string(answer.status) +
                      " without being told when to come back: " + answer.body);
}

void load_client::on_done(note &one, const http_answer &answer) {
  const auto now = shared_.now();
  const auto digest = std::hash<std::string>()(answer.body);
  const bool is_replay = answer.headers.contains("idempotency-replayed");
  count(is_replay ? &tally::replayed : &tally::done);
  shared_.successes.record(now);
  if (one.is_done) {
    if (digest != one.digest)
      shared_.wrong.add(describe(one) + " is repeated as " + answer.body +
                        ", which is not what it was first");
    if (!is_replay)
      shared_.wrong.add(describe(one) + " was done again");
    return;
  }
  one.is_done = true;
  one.done = now;
  one.digest = digest;
  one.was_replayed = is_replay;
  one.server = static_cast<std::uint8_t>(current_);
  if (one.what == operation::fund) {
    one.sender_after = one.receiver_after = state_at(answer, "/data");
  } else {
    one.sender_after = state_at(answer, "/data/0");
    one.receiver_after = state_at(answer, "/data/1");
    see(one.receiver, one.receiver_after.version);
  }
  see(one.sender, one.sender_after.version);
}

void load_client::see(std::size_t wallet, std::int64_t version) {
  raise(shared_.versions[wallet], version);
}

void load_client::read() {
  const auto wallet = some_wallet();
  const auto floor = shared_.versions[wallet].load();
  const auto answer =
      server().get("/wallets/" + shared_.chosen.wallets[wallet]);
  if (!answer || !answer->is_success()) {
    if (answer)
      check_failure("reading wallet " + std::to_string(wallet), *answer);
    next_server();
    await_service();
    return;
  }
  count(&tally::reads);
  const auto version = number_at(*answer, "/data/version");
  if (version < floor)
    shared_.wrong.add("wallet " + std::to_string(wallet) + " was seen at " +
                      std::to_string(floor) + " and then at version " +
                      std::to_string(version) + " (I11)");
  see(wallet, version);
}

void load_client::send_rubbish() {
  const auto &chosen = all_rubbish[random_.below(all_rubbish.size())];
  const auto answer = server().post(
      "/wallets/" + shared_.chosen.wallets[some_wallet()] + chosen.target,
      chosen.body);
  if (!answer || answer->status >= 500 || answer->status == 429) {
    if (answer)
      check_failure(chosen.body, *answer);
    next_server();
    await_service();
    return;
  }
  count(&tally::refused);
  if (answer->status < 400)
    shared_.wrong.add(std::string("accepted: ") + chosen.target + " " +
                      chosen.body);
}

void load_client::next_server() { current_ = (current_ + 1) % servers_.size(); }

bool load_client::await_service() {
  while (!shared_.is_stopping) {
    const auto ready = server().get("/readyz");
    if (ready && ready->status == 200)
      return true;
    next_server();
    std::this_thread::sleep_for(look_again_after);
  }
  return false;
}

} // namespace wallet::chaos
