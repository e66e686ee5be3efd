#include "tests/support/journal_audit.hpp"

#include <set>

#include "tests/support/eventually.hpp"
#include "tests/support/private_postgres.hpp"

namespace wallet::testing {

namespace {

/// The first lines of a disaster say enough.
constexpr std::size_t max_findings = 12;

class findings {
public:
  void add(const journal_entry &entry, const std::string &what) {
    add(entry.key + " (" + entry.target + " " + entry.body + "): " + what);
  }
  void add(std::string line) {
    if (lines_.size() < max_findings)
      lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() && { return std::move(lines_); }

private:
  std::vector<std::string> lines_;
};

std::string stored_key(const journal_entry &entry) {
  return make_request_key(entry.wallet, entry.operation, entry.key).to_string();
}

std::set<std::string> stored_keys(const std::string &database_url) {
  std::set<std::string> keys;
  for (const auto &row :
       exec_at(database_url, "select request_key from ledger.events where "
                             "request_key is not null"))
    keys.insert(row.front());
  return keys;
}

void audit_store(const journal &noted, std::set<std::string> stored,
                 findings &wrong) {
  for (const auto &entry : noted) {
    const bool is_stored = stored.erase(stored_key(entry)) == 1;
    if (entry.success() && !is_stored)
      wrong.add(entry, "answered with success, not stored");
    if (entry.is_refused() && is_stored)
      wrong.add(entry, "refused, and stored");
  }
  for (const auto &key : stored)
    wrong.add("nobody asked for the request with key " + key);
}

void audit_answers(const journal_entry &entry, findings &wrong) {
  const auto *success = entry.success();
  if (!success)
    return;
  for (const auto &answer : entry.answers)
    if (answer && answer->is_success() && answer->body != success->body)
      wrong.add(entry, "first " + success->body + ", then " + answer->body);
  if (entry.is_refused())
    wrong.add(entry, "done, and then refused: " + entry.answers.back()->body);
}

void audit_repeat(const journal_entry &entry, bool is_stored,
                  http_client &server, findings &wrong) {
  http_client::maybe_answer repeated;
  // Who is told to come again does so, as any client should.
  const bool is_definite = eventually([&] {
    repeated = server.post(entry.target, entry.body, entry.key);
    return !repeated || repeated->status != 503;
  });
  if (!is_definite || !repeated || repeated->status >= 500) {
    wrong.add(entry, "no definite answer to a repeat");
    return;
  }
  const auto marked = repeated->headers.find("idempotency-replayed");
  const bool is_replay =
      marked != repeated->headers.end() && marked->second == "true";
  if (is_replay != is_stored)
    wrong.add(entry, is_stored ? "stored, but its repeat is no replay"
                               : "replayed, but not stored");
  const auto *success = entry.success();
  if (success &&
      (repeated->status != success->status || repeated->body != success->body))
    wrong.add(entry, "first " + success->body + ", repeated " + repeated->body);
}

} // namespace

std::vector<std::string> audit(const journal &noted,
                               const std::string &database_url,
                               const http_client &server) {
  // The service may have been restarted under the connection of before.
  auto fresh = server.another();
  findings wrong;
  const auto stored = stored_keys(database_url);
  audit_store(noted, stored, wrong);
  for (const auto &entry : noted) {
    audit_answers(entry, wrong);
    // What was refused may pass today: it is not a repeat.
    if (!entry.is_refused())
      audit_repeat(entry, stored.contains(stored_key(entry)), fresh, wrong);
  }
  return std::move(wrong).lines();
}

std::vector<std::string> done_without_answer(const journal &noted,
                                             const std::string &database_url) {
  findings wrong;
  const auto stored = stored_keys(database_url);
  for (const auto &entry : noted)
    if (!entry.success() && stored.contains(stored_key(entry)))
      wrong.add(entry, "done, and not answered");
  return std::move(wrong).lines();
}

bool history_is_complete(const std::string &database_url) {
  return value_at(database_url,
                  "select (select count(*) from history.events) ="
                  "       (select count(*) from ledger.events)") == "t";
}

} // namespace wallet::testing
