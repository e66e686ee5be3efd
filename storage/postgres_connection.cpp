#include "storage/postgres_connection.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include <libpq-fe.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "storage/postgres_url.hpp"

namespace wallet::storage {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

/// For each address; longer than a healthy server takes to accept.
constexpr auto connect_timeout = 5s;
/// The server's own timeout speaks first where it can.
constexpr auto answer_grace = 2s;
/// A restarting server is found again soon, a dead one is not hammered.
constexpr auto first_backoff = 50ms;
constexpr auto longest_backoff = 1000ms;
/// How long the server keeps a transaction of ours whose client is frozen;
/// without a limit where statements have none.
constexpr auto idle_in_transaction_timeout = 60'000ms;

struct finish_connection {
  void operator()(PGconn *connection) const { PQfinish(connection); }
};
using connection_ptr = std::unique_ptr<PGconn, finish_connection>;

/// Waits until the socket can do what `events` says. False at the deadline.
bool wait_for(PGconn *connection, short events,
              std::optional<steady::time_point> deadline) {
  pollfd watched{PQsocket(connection), events, 0};
  for (;;) {
    int timeout_ms = -1;
    if (deadline)
      timeout_ms = static_cast<int>(
          std::max(std::chrono::ceil<std::chrono::milliseconds>(*deadline -
                                                                steady::now()),
                   0ms)
              .count());
    const int ready = poll(&watched, 1, timeout_ms);
    if (ready > 0)
      return true;
    if (ready == 0 && deadline && steady::now() >= *deadline)
      return false;
  }
}

/// Has anything arrived while nobody waited? Mostly the end of the connection.
bool is_readable(PGconn *connection) {
  pollfd watched{PQsocket(connection), POLLIN, 0};
  return poll(&watched, 1, 0) > 0;
}

/// While corked, TCP keeps back what does not fill a packet. libpq sends the
/// end of a large statement by itself, and the server, woken by what came
/// before it, takes the processor from the thread that has yet to send it: 2.6
/// ms (`perf trace`). Without effect on a socket in the file system.
void cork(PGconn *connection, bool is_corked) {
  const int value = is_corked;
  setsockopt(PQsocket(connection), IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

std::string field(const PGresult *result, int code) {
  const char *value = PQresultErrorField(result, code);
  return value ? value : "";
}

bool is_error(const PGresult *result) {
  const auto status = PQresultStatus(result);
  return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
         status != PGRES_EMPTY_QUERY;
}

} // namespace

struct postgres_connection::implementation {
  explicit implementation(connection_options given)
      : options(std::move(given)) {}

  connection_options options;
  connection_ptr connection;
  std::set<std::string> prepared;
  std::map<std::string, std::uint32_t> oids;
  bool is_in_transaction = false;
  bool had_session = false;
  steady::time_point next_attempt{};
  std::chrono::milliseconds backoff{0};
  std::minstd_rand jitter{std::random_device{}()};

  void ensure();
  bool is_alive();
  void open();
  connection_ptr attempt(const postgres_url &url);
  void configure();
  void schedule_next_attempt();
  void drop() noexcept;

  void prepare(const statement &wanted);
  template <class Send> result_ptr exchange(Send send);
  result_ptr collect(std::optional<steady::time_point> deadline);
  result_ptr judge(result_ptr result);
  [[noreturn]] void lose(const std::string &why);
};

void postgres_connection::implementation::ensure() {
  if (connection && is_alive())
    return;
  const bool broke_transaction = connection && is_in_transaction;
  drop();
  if (broke_transaction)
    throw connection_lost("the connection was lost inside a transaction");
  if (options.is_one_session && had_session)
    throw not_connected("the session has ended and what it held with it");
  open();
}

/// Notices a connection that ended while it was idle, before anything is sent
/// on it: what was not sent needs no resolving.
bool postgres_connection::implementation::is_alive() {
  while (PQstatus(connection.get()) == CONNECTION_OK &&
         is_readable(connection.get()))
    if (PQconsumeInput(connection.get()) != 1)
      return false;
  return PQstatus(connection.get()) == CONNECTION_OK;
}

void postgres_connection::implementation::open() {
  if (steady::now() < next_attempt)
    throw not_connected("no connection to the database; the next attempt is "
                        "due in a moment");
  const postgres_url url(options.url);
  try {
    connection = attempt(url);
    configure();
  } catch (const unavailable &error) {
    drop();
    schedule_next_attempt();
    throw not_connected("no connection to the database at " + url.place() +
                        ": " + url.redact(error.what()));
  }
  backoff = 0ms;
  had_session = true;
}

connection_ptr
postgres_connection::implementation::attempt(const postgres_url &url) {
  const auto application = "wallet " + options.purpose;
  constexpr const char *no_keyword = nullptr;
  const auto each_address = std::to_string(connect_timeout.count());
  // What stands before dbname can be overridden by the URL. A silent network
  // is noticed after 5 s + 3 * 2 s idle, 10 s while something is unanswered.
  const std::array keywords{"target_session_attrs",
                            "keepalives_idle",
                            "keepalives_interval",
                            "keepalives_count",
                            "tcp_user_timeout",
                            "application_name",
                            "dbname",
                            "client_encoding",
                            "connect_timeout",
                            no_keyword};
  const std::array values{"read-write",
                          "5",
                          "2",
                          "3",
                          "10000",
                          application.c_str(),
                          options.url.c_str(),
                          "UTF8",
                          each_address.c_str(),
                          no_keyword};
  // Blocks: only so libpq goes on to the next host when one is silent.
  connection_ptr made(PQconnectdbParams(keywords.data(), values.data(), 1));
  if (!made)
    throw std::bad_alloc();
  if (PQstatus(made.get()) != CONNECTION_OK)
    throw not_connected(url.redact(PQerrorMessage(made.get())));
  PQsetNoticeProcessor(
      made.get(), [](void *, const char *) {}, nullptr);
  PQsetnonblocking(made.get(), 1);
  return made;
}

void postgres_connection::implementation::configure() {
  const auto setting = [](const char *name, const std::string &value) {
    return "set_config('" + std::string(name) + "', '" + value + "', false)";
  };
  const auto timeout = options.statement_timeout;
  const auto idle_timeout = timeout > 0ms ? idle_in_transaction_timeout : 0ms;
  const std::string scans = options.uses_indexes_only ? "off" : "on";
  const auto sql =
      "select " +
      setting("statement_timeout", std::to_string(timeout.count())) + ", " +
      setting("idle_in_transaction_session_timeout",
              std::to_string(idle_timeout.count())) +
      ", " + setting("enable_seqscan", scans) + ", " +
      setting("enable_bitmapscan", scans) + ", " +
      setting("default_transaction_isolation", "read committed") +
      // An answer means "fsynced", whatever this database's default is.
      ", case when current_setting('synchronous_commit') = 'off' then " +
      setting("synchronous_commit", "on") + " end";
  exchange([&](PGconn *link) { return PQsendQuery(link, sql.c_str()); });
}

void postgres_connection::implementation::schedule_next_attempt() {
  backoff = std::clamp<std::chrono::milliseconds>(backoff * 2, first_backoff,
                                                  longest_backoff);
  // Half fixed, half chance, so that many nodes do not come back as one.
  std::uniform_int_distribution<std::int64_t> share(backoff.count() / 2,
                                                    backoff.count());
  next_attempt = steady::now() + std::chrono::milliseconds(share(jitter));
}

void postgres_connection::implementation::drop() noexcept {
  connection.reset();
  prepared.clear();
  oids.clear();
  is_in_transaction = false;
}

void postgres_connection::implementation::lose(const std::string &why) {
  auto text = "the connection to the database was lost: " +
              postgres_url(options.url).redact(why);
  drop();
  throw connection_lost(text);
}

void postgres_connection::implementation::prepare(const statement &wanted) {
  if (prepared.contains(wanted.name))
    return;
  try {
    exchange([&](PGconn *link) {
      return PQsendPrepare(link, wanted.name, wanted.sql.c_str(), 0, nullptr);
    });
  } catch (const connection_lost &error) {
    throw not_connected(error.what());
  }
  prepared.insert(wanted.name);
}

/// Sends what `send` gives libpq and waits for the whole answer: only when the
/// server is ready for the next query has the transaction ended.
template <class Send>
result_ptr postgres_connection::implementation::exchange(Send send) {
  auto *const link = connection.get();
  cork(link, true);
  if (send(link) != 1)
    lose(PQerrorMessage(link));
  std::optional<steady::time_point> deadline;
  if (options.statement_timeout > 0ms)
    deadline = steady::now() + options.statement_timeout + answer_grace;
  for (int rest = PQflush(link); rest != 0; rest = PQflush(link)) {
    if (rest < 0)
      lose(PQerrorMessage(link));
    if (!wait_for(link, POLLIN | POLLOUT, deadline))
      lose("the server takes nothing");
    if (is_readable(link) && PQconsumeInput(link) != 1)
      lose(PQerrorMessage(link));
  }
  cork(link, false);
  return judge(collect(deadline));
}

result_ptr postgres_connection::implementation::collect(
    std::optional<steady::time_point> deadline) {
  auto *const link = connection.get();
  result_ptr last;
  for (;;) {
    while (PQisBusy(link)) {
      if (!wait_for(link, POLLIN, deadline))
        lose("no answer in time");
      if (PQconsumeInput(link) != 1)
        break; // PQgetResult says why
    }
    result_ptr next(PQgetResult(link));
    if (!next)
      return last;
    // The answer to a statement may come before its commit fails: an error
    // counts more than what came before or comes after it.
    if (!last || !is_error(last.get()))
      last = std::move(next);
  }
}

result_ptr postgres_connection::implementation::judge(result_ptr result) {
  const auto state = PQtransactionStatus(connection.get());
  is_in_transaction = state == PQTRANS_INTRANS || state == PQTRANS_INERROR;
  if (result && !is_error(result.get()) &&
      PQstatus(connection.get()) == CONNECTION_OK)
    return result;
  const auto severity =
      result ? field(result.get(), PG_DIAG_SEVERITY_NONLOCALIZED) : "";
  // FATAL and PANIC end the session, maybe after the commit and before its
  // answer; libpq's own errors have no severity at all.
  if (severity != "ERROR" || PQstatus(connection.get()) != CONNECTION_OK)
    lose(result ? PQresultErrorMessage(result.get())
                : PQerrorMessage(connection.get()));
  throw statement_failed(
      field(result.get(), PG_DIAG_SQLSTATE),
      postgres_url(options.url)
          .redact(field(result.get(), PG_DIAG_MESSAGE_PRIMARY)));
}

postgres_connection::postgres_connection(connection_options options)
    : impl_(std::make_unique<implementation>(std::move(options))) {}
postgres_connection::~postgres_connection() = default;
postgres_connection::postgres_connection(postgres_connection &&) noexcept =
    default;
postgres_connection &
postgres_connection::operator=(postgres_connection &&) noexcept = default;

void postgres_connection::connect() { impl_->ensure(); }

void postgres_connection::reconnect() {
  impl_->drop();
  std::this_thread::sleep_until(impl_->next_attempt);
  impl_->open();
}

rows postgres_connection::run(const statement &wanted,
                              const parameters &given) {
  impl_->ensure();
  impl_->prepare(wanted);
  std::vector<const char *> values;
  std::vector<int> lengths;
  for (const auto &value : given.values()) {
    values.push_back(value.data());
    lengths.push_back(static_cast<int>(value.size()));
  }
  const std::vector<int> formats(values.size(), 1);
  return rows(impl_->exchange([&](PGconn *link) {
    return PQsendQueryPrepared(link, wanted.name,
                               static_cast<int>(values.size()), values.data(),
                               lengths.data(), formats.data(), 1);
  }));
}

rows postgres_connection::script(const std::string &sql) {
  impl_->ensure();
  return rows(impl_->exchange(
      [&](PGconn *link) { return PQsendQuery(link, sql.c_str()); }));
}

std::uint32_t postgres_connection::oid_of(const std::string &type) {
  impl_->ensure();
  if (const auto known = impl_->oids.find(type); known != impl_->oids.end())
    return known->second;
  static const statement find{"oid_of", "select $1::text::regtype::oid"};
  const auto oid = run(find, parameters().text(type))[0].oid(0);
  impl_->oids.emplace(type, oid);
  return oid;
}

void postgres_connection::drop() noexcept { impl_->drop(); }

} // namespace wallet::storage
