#include "bench/http_load.hpp"

#include <cmath>
#include <ctime>
#include <deque>
#include <memory>
#include <numeric>
#include <stdexcept>

#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "bench/channel.hpp"
#include "bench/random.hpp"

namespace wallet::bench {

namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

/// Longer than the service's own deadline for an answer (10 s).
constexpr auto patience = 15s;
/// Between two looks at what has arrived.
constexpr auto shortest_pause = 200us;
constexpr std::uint64_t arrival_stream = 0x6172726976616c;

std::chrono::duration<double> processor_time() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) +
         std::chrono::nanoseconds(used.tv_nsec);
}

/// Two sockets a client; the usual soft limit is 1,024 descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

struct pending_request {
  std::uint64_t index;
  /// What its latency counts from.
  clock::time_point since;
};

/// Sends one request at a time to either side.
struct client {
  client(boost::asio::io_context &context, const tcp::endpoint &wallets,
         const tcp::endpoint &history)
      : to_wallets(context, wallets), to_history(context, history) {}

  channel to_wallets, to_history;
  std::string request, body;
};

class load {
public:
  load(const load_options &options, const request_writer &write,
       const answer_reader &read)
      : options_(options), write_(write), read_(read), arrival_(context_),
        tick_(context_) {
    raise_descriptor_limit();
    const auto wallets = resolve(options.service.port);
    const auto history = resolve(options.service.history_port);
    for (int i = 0; i < options.connections; ++i) {
      clients_.push_back(std::make_unique<client>(context_, wallets, history));
      if (!clients_.back()->to_wallets.open())
        throw std::runtime_error("nothing answers at " + options.service.host +
                                 ":" + std::to_string(options.service.port));
    }
  }

  measurement run() {
    begun_ = clock::now();
    measured_from_ = begun_ + options_.warm_up;
    measured_to_ = measured_from_ + options_.duration;
    result_.per_second.resize(static_cast<std::size_t>(
        std::chrono::ceil<std::chrono::seconds>(options_.duration).count()));
    tick_.expires_at(measured_from_);
    tick_.async_wait([this](error_code) {
      cpu_before_ = processor_time();
      tick_.expires_at(measured_to_);
      tick_.async_wait([this](error_code) { end_measuring(); });
    });
    if (options_.rate) {
      next_arrival_ = begun_;
      for (auto &each : clients_)
        idle_.push_back(each.get());
      plan_arrival();
    } else {
      for (auto &each : clients_)
        begin_next(*each);
    }
    while (!is_over() && clock::now() < measured_to_ + patience)
      context_.run_one_for(100ms);
    if (!cpu_after_)
      end_measuring();
    result_.statuses[0] += under_way_;
    if (result_.statuses[0] == 0)
      result_.statuses.erase(0);
    result_.own_cpu = *cpu_after_ - cpu_before_;
    result_.ended = measured_to_;
    return std::move(result_);
  }

private:
  tcp::endpoint resolve(int port) {
    tcp::resolver resolver(context_);
    error_code error;
    const auto found = resolver.resolve(tcp::v4(), options_.service.host,
                                        std::to_string(port), error);
    if (error)
      throw std::runtime_error(options_.service.host + ": " + error.message());
    return found.begin()->endpoint();
  }

  bool may_begin() const {
    return (options_.requests == 0 || next_index_ < options_.requests) &&
           clock::now() < measured_to_;
  }

  bool is_over() const {
    return under_way_ == 0 && waiting_.empty() && !may_begin();
  }

  void end_measuring() {
    cpu_after_ = processor_time();
    result_.measured =
        std::max(std::min(clock::now(), measured_to_) - measured_from_, 0ns);
  }

  void begin_next(client &with) {
    if (may_begin())
      begin(with, {next_index_++, clock::now()});
  }

  void begin(client &with, pending_request asked) {
    ++under_way_;
    with.request.clear();
    with.body.clear();
    const auto to = write_(asked.index, with.request);
    auto &used = to == side::wallets ? with.to_wallets : with.to_history;
    used.send(with.request, read_ ? &with.body : nullptr,
              [this, &with, asked](int status, bool is_refusal) {
                end(with, asked, status, is_refusal);
              });
  }

  void end(client &with, const pending_request &asked, int status,
           bool is_refusal) {
    --under_way_;
    ++result_.statuses[status];
    if (status >= 200 && status < 300)
      note_success(asked, clock::now());
    else if (is_refusal)
      note_refusal(asked, clock::now());
    if (read_)
      read_(asked.index, status, with.body);
    if (!options_.rate)
      return begin_next(with);
    if (waiting_.empty()) {
      idle_.push_back(&with);
    } else {
      const auto next = waiting_.front();
      waiting_.pop_front();
      begin(with, next);
    }
  }

  bool is_measured(clock::time_point at) const {
    return at >= measured_from_ && at < measured_to_;
  }

  /// What arrived in time and was answered late belongs to an open loop.
  bool counts(const pending_request &asked, clock::time_point now) const {
    return is_measured(options_.rate ? asked.since : now);
  }

  void note_success(const pending_request &asked, clock::time_point now) {
    if (counts(asked, now))
      result_.latency.record(now - asked.since);
    if (is_measured(now))
      ++result_.per_second[static_cast<std::size_t>(
          std::chrono::floor<std::chrono::seconds>(now - measured_from_)
              .count())];
  }

  void note_refusal(const pending_request &asked, clock::time_point now) {
    ++result_.refused;
    if (counts(asked, now))
      result_.refusals.record(now - asked.since);
  }

  /// Begins all that have arrived, and waits for the next arrival.
  void plan_arrival() {
    const auto now = clock::now();
    while (next_arrival_ <= now && may_begin()) {
      arrive({next_index_, next_arrival_});
      next_arrival_ += gap_after(next_index_++);
    }
    if (!may_begin())
      return;
    // Timers cost, too: what arrives within a moment is sent together.
    arrival_.expires_at(std::max(next_arrival_, now + shortest_pause));
    arrival_.async_wait([this](error_code) { plan_arrival(); });
  }

  void arrive(pending_request asked) {
    if (idle_.empty()) {
      waiting_.push_back(asked);
      return;
    }
    auto &with = *idle_.back();
    idle_.pop_back();
    begin(with, asked);
  }

  clock::duration gap_after(std::uint64_t index) const {
    random_numbers numbers(options_.seed ^ arrival_stream, index);
    const std::chrono::duration<double> gap(-std::log(1 - numbers.fraction()) /
                                            *options_.rate);
    return std::chrono::duration_cast<clock::duration>(gap);
  }

  const load_options &options_;
  const request_writer &write_;
  const answer_reader &read_;
  boost::asio::io_context context_{1}; // one thread: no locks
  boost::asio::steady_timer arrival_, tick_;
  std::vector<std::unique_ptr<client>> clients_;
  std::vector<client *> idle_;
  std::deque<pending_request> waiting_;
  clock::time_point begun_, measured_from_, measured_to_, next_arrival_;
  std::uint64_t next_index_ = 0;
  std::uint64_t under_way_ = 0;
  std::chrono::duration<double> cpu_before_{processor_time()};
  std::optional<std::chrono::duration<double>> cpu_after_;
  measurement result_;
};

} // namespace

double measurement::rate() const {
  const auto answered =
      std::accumulate(per_second.begin(), per_second.end(), std::uint64_t{0});
  return measured.count() > 0 ? static_cast<double>(answered) / measured.count()
                              : 0;
}

std::uint64_t measurement::failures() const {
  std::uint64_t sum = 0;
  for (const auto &[status, count] : statuses)
    if (status < 200 || status >= 300)
      sum += count;
  return sum;
}

measurement run_load(const load_options &options, const request_writer &write,
                     const answer_reader &read) {
  return load(options, write, read).run();
}

} // namespace wallet::bench
