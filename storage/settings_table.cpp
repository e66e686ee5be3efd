#include "storage/settings_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>

#include "events/ids.hpp"
#include "storage/postgres_url.hpp"
#include "storage/unavailable.hpp"

namespace wallet::storage {

namespace {

constexpr std::string_view url_rule =
    "a URL like postgresql://user:password@host:5432/name (%40 for @ in them)";

bool is_database_url(const std::string &text) {
  try {
    // libpq reads an empty text as "all defaults"; nobody means that.
    return !postgres_url(text).keywords().empty();
  } catch (const not_connected &) {
    return false;
  }
}

bool is_empty_or_database_url(const std::string &text) {
  return text.empty() || is_database_url(text);
}

/// PostgreSQL's own limit (NAMEDATALEN).
bool is_role(const std::string &text) {
  return text.size() <= 63 && text.find('\0') == std::string::npos;
}

/// Shape only: librdkafka finds out which brokers there are.
bool is_broker_list(const std::string &text) {
  const auto is_printable = [](char c) { return c > ' ' && c < 0x7f; };
  return std::all_of(text.begin(), text.end(), is_printable) &&
         !text.starts_with(',') && !text.ends_with(',') &&
         text.find(",,") == std::string::npos &&
         text.find("://") == std::string::npos;
}

/// Kafka's own rule (org.apache.kafka.common.internals.Topic).
bool is_topic(const std::string &text) {
  constexpr std::string_view legal =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !text.empty() && text.size() <= 249 && text != "." && text != ".." &&
         text.find_first_not_of(legal) == std::string::npos;
}

bool is_group_id(const std::string &text) {
  const auto is_printable = [](char c) { return c >= ' ' && c < 0x7f; };
  return !text.empty() && text.size() <= 255 &&
         std::all_of(text.begin(), text.end(), is_printable);
}

bool is_ip_address(const std::string &text) {
  in6_addr unused;
  return inet_pton(AF_INET, text.c_str(), &unused) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &unused) == 1;
}

constexpr std::array log_levels{"trace", "debug", "info", "warn", "error"};

bool is_log_level(const std::string &text) {
  return std::find(log_levels.begin(), log_levels.end(), text) !=
         log_levels.end();
}

template <class Number> void set(Number &to, std::int64_t value) {
  to = static_cast<Number>(value);
}

constexpr std::string_view database = "Database", kafka = "Kafka",
                           http = "HTTP", process = "Process";

constexpr std::array table{
    setting_row{
        database, "DATABASE_URL", "", "the event store, PostgreSQL 15 or later",
        text_rule{url_rule, is_database_url,
                  [](settings &s, const auto &t) { s.database_url = t; },
                  true}},
    setting_row{database, "HISTORY_DATABASE_URL", "",
                "the history's database; empty: the same as DATABASE_URL",
                text_rule{url_rule, is_empty_or_database_url,
                          [](settings &s, const auto &t) {
                            s.history_database_url = t;
                          },
                          true}},
    setting_row{
        database, "SERVICE_ROLE", "",
        "gets from migrate what the service needs; empty: the owner serves",
        text_rule{"empty, or the name of a role, 1 to 63 bytes", is_role,
                  [](settings &s, const auto &t) { s.service_role = t; }}},
    setting_row{
        kafka, "KAFKA_BROKERS", "localhost:9092",
        "empty: no Kafka, the history follows the event store",
        text_rule{
            "empty, or host:port (plaintext), several with ',' between them",
            is_broker_list,
            [](settings &s, const auto &t) { s.kafka->brokers = t; }}},
    setting_row{
        kafka, "KAFKA_TOPIC", "wallet-events",
        "the events; created if it is missing",
        text_rule{"1 to 249 letters, digits, '.', '_' and '-'", is_topic,
                  [](settings &s, const auto &t) { s.kafka->topic = t; }}},
    setting_row{
        kafka, "KAFKA_GROUP_ID", "history-service-group",
        "the consumer group of the history side",
        text_rule{"1 to 255 printable ASCII characters", is_group_id,
                  [](settings &s, const auto &t) { s.kafka->group = t; }}},
    // More than one partition for each shard would stay empty.
    setting_row{kafka, "KAFKA_PARTITIONS", "8",
                "of the topic, when it is created",
                number_rule{1, shard_number::count,
                            [](settings &s, std::int64_t n) {
                              set(s.kafka->partitions, n);
                            }}},
    setting_row{
        http, "BIND_ADDRESS", "0.0.0.0",
        "where both sides listen; 127.0.0.1 for this machine only",
        text_rule{"an IP address, like 0.0.0.0, 127.0.0.1 or ::", is_ip_address,
                  [](settings &s, const auto &t) { s.http.bind_address = t; }}},
    setting_row{
        http, "PORT", "3000",
        "of the wallet side, and of any side that is alone (--only)",
        number_rule{1, 65'535,
                    [](settings &s, std::int64_t n) { set(s.http.port, n); }}},
    setting_row{http, "HISTORY_PORT", "3001",
                "of the history side, unless it is alone and PORT is given",
                number_rule{1, 65'535,
                            [](settings &s, std::int64_t n) {
                              set(s.http.history_port, n);
                            }}},
    // Below 1 KiB common clients are refused; a connection may use it all.
    setting_row{http, "MAX_HEADER_BYTES", "8192",
                "request line and headers; more is a 431",
                number_rule{1'024, 1'048'576,
                            [](settings &s, std::int64_t n) {
                              set(s.http.max_header_bytes, n);
                            }}},
    setting_row{http, "MAX_BODY_BYTES", "65536",
                "of a request's body; more is a 413",
                number_rule{1'024, 16'777'216,
                            [](settings &s, std::int64_t n) {
                              set(s.http.max_body_bytes, n);
                            }}},
    // The kernel's own ceiling of open files (fs.nr_open) is near a million.
    setting_row{http, "MAX_CONNECTIONS", "16384",
                "open at once on a port; more get a 503",
                number_rule{1, 1'000'000,
                            [](settings &s, std::int64_t n) {
                              set(s.http.max_connections, n);
                            }}},
    setting_row{http, "MAX_IN_FLIGHT", "4096",
                "requests under way at once on a port; more get a 503",
                number_rule{1, 1'000'000,
                            [](settings &s, std::int64_t n) {
                              set(s.http.max_in_flight, n);
                            }}},
    // Clients and proxies commonly give up after a minute themselves.
    setting_row{http, "ANSWER_DEADLINE_MS", "10000",
                "then a request is a 503 with unknown outcome",
                number_rule{100, 60'000,
                            [](settings &s, std::int64_t n) {
                              s.http.answer_deadline =
                                  std::chrono::milliseconds(n);
                            }}},
    setting_row{
        process, "THREADS", "0",
        "of sockets and actors; 0: one for each processor",
        number_rule{0, 256,
                    [](settings &s, std::int64_t n) { set(s.threads, n); }}},
    // One for each shard at least; the upper end is far beyond any memory.
    setting_row{process, "MAX_RESIDENT_WALLETS", "100000",
                "kept in memory; others wake up when they are asked for",
                number_rule{shard_number::count, 1'000'000'000,
                            [](settings &s, std::int64_t n) {
                              set(s.max_resident_wallets, n);
                            }}},
    setting_row{process, "LOG_LEVEL", "info", "the least that is logged",
                text_rule{"trace, debug, info, warn or error", is_log_level,
                          [](settings &s, const auto &t) {
                            s.log_level = spdlog::level::from_str(t);
                          }}},
};

constexpr std::array actions{
    action_row{"serve", action::serve,
               "answers clients, until SIGTERM or Ctrl-C; --only wallet or\n"
               "--only history serves one side",
               "wallet serve --only history --port 3001"},
    action_row{"migrate", action::migrate,
               "brings both schemas to the state this binary needs",
               "wallet migrate --database-url postgresql://localhost/wallet"},
    action_row{
        "verify", action::verify,
        "recomputes everything from the log and compares; status 1 when\n"
        "something is wrong; --fast compares heads, counts and sums only",
        "wallet verify --fast"},
    action_row{"rebuild-history", action::rebuild_history,
               "builds the history anew from the event store, while it serves",
               "wallet rebuild-history"},
    action_row{"lag", action::lag,
               "how far Kafka and the history are behind the event store",
               "wallet lag"},
    action_row{"--version", action::version, "the version of this binary",
               "wallet --version"},
    action_row{"--help", action::help, "this text", "wallet --help"},
};

std::optional<std::int64_t> parse_number(const std::string &text) {
  std::int64_t value = 0;
  const auto *end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    return std::nullopt;
  return value;
}

/// Assigns by either kind of rule.
struct assignment {
  const std::string &text;
  settings &to;

  bool operator()(const number_rule &rule) const {
    const auto number = parse_number(text);
    if (!number || *number < rule.min || *number > rule.max)
      return false;
    rule.assign(to, *number);
    return true;
  }
  bool operator()(const text_rule &rule) const {
    if (!rule.accepts(text))
      return false;
    rule.assign(to, text);
    return true;
  }
};

struct allowed {
  std::string operator()(const number_rule &rule) const {
    return "a whole number from " + std::to_string(rule.min) + " to " +
           std::to_string(rule.max);
  }
  std::string operator()(const text_rule &rule) const {
    return std::string(rule.allowed);
  }
};

} // namespace

std::span<const setting_row> settings_table() { return table; }

std::span<const action_row> actions_table() { return actions; }

std::string flag_of(const setting_row &row) {
  std::string flag;
  for (const char c : row.name)
    flag += c == '_' ? '-' : static_cast<char>(c - 'A' + 'a');
  return flag;
}

std::string allowed_by(const setting_row &row) {
  return std::visit(allowed{}, row.rule);
}

bool may_hold_password(const setting_row &row) {
  const auto *text = std::get_if<text_rule>(&row.rule);
  return text && text->may_hold_password;
}

bool assign(const setting_row &row, const std::string &text, settings &to) {
  return std::visit(assignment{text, to}, row.rule);
}

} // namespace wallet::storage
