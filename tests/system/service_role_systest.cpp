#include <catch2/catch.hpp>

#include "storage/unavailable.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/journal_audit.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;

namespace {

constexpr auto insufficient_privilege = "42501";
constexpr auto append_only = "WL003";

/// `url` of private_postgres as another role.
std::string as(const std::string &role, std::string url) {
  return url.replace(url.find("postgres@"), 8, role);
}

/// A database whose owner may do nothing else, and a role for the service.
struct owned_database {
  std::string url = shared_postgres().new_database();
  std::string name = value_at(url, "select current_database()");
  std::string owner = "owner_of_" + name, server = "server_of_" + name;
  wallet_settings migrating{as(owner, url), {}, {}, {{"SERVICE_ROLE", server}}};
  wallet_settings serving{as(server, url), {}, {}, {}};

  owned_database() {
    exec_at(url, "create role " + owner + " login; alter database " + name +
                     " owner to " + owner);
  }

  void create_service_role() const {
    exec_at(url, "create role " + server + " login");
  }
};

/// The SQLSTATE with which the server refuses, "" when it does not.
std::string refusal(const std::string &url, const std::string &sql) {
  try {
    exec_at(url, sql);
    return "";
  } catch (const wallet::storage::statement_failed &error) {
    return error.sqlstate();
  }
}

} // namespace

TEST_CASE_METHOD(owned_database,
                 "the service runs with the rights that it needs and no more") {
  create_service_role();
  const auto migrated = run_wallet(migrating, {"migrate"});
  INFO(migrated.output);
  REQUIRE(migrated.status == 0);
  wallet_process service(serving);
  service.wait_ready();
  auto server_side = service.client();
  const auto ids = funded_wallets(server_side, 2, "50.00");
  const auto moved = server_side.post("/wallets/" + ids[0] + "/transfer",
                                      R"({"to_wallet_id":")" + ids[1] +
                                          R"(","amount":"30.00"})");
  REQUIRE(moved);
  CHECK(moved->status == 200);
  CHECK(eventually([&] { return history_is_complete(url); }));
  for (const auto &command :
       {std::vector<std::string>{"verify"}, {"verify", "--fast"}, {"lag"}}) {
    const auto ended = run_wallet(serving, command);
    INFO(ended.output);
    CHECK(ended.status == 0);
  }

  // Whoever may read may look.
  const auto auditor = "auditor_of_" + name;
  exec_at(url, "create role " + auditor +
                   " login; grant usage on schema ledger, history to " +
                   auditor +
                   "; grant select on all tables in schema ledger, history, "
                   "public to " +
                   auditor);
  for (const auto &command :
       {std::vector<std::string>{"verify"}, {"verify", "--fast"}, {"lag"}}) {
    const auto ended = run_wallet({as(auditor, url), {}, {}, {}}, command);
    INFO(ended.output);
    CHECK(ended.status == 0);
  }

  // A rebuilt history is still its own to add to.
  const auto rebuilt = run_wallet(migrating, {"rebuild-history"});
  INFO(rebuilt.output);
  CHECK(rebuilt.status == 0);
  funded_wallets(server_side, 1, "1.00");
  CHECK(eventually([&] { return history_is_complete(url); }));

  for (const auto *sql :
       {"update ledger.events set amount = 1", "delete from ledger.events",
        "truncate ledger.events", "update ledger.wallets set user_id = 'eve'",
        "delete from ledger.wallets", "delete from ledger.shards",
        "insert into ledger.shards (shard) values (1)",
        "delete from history.events", "update history.events set amount = 1",
        "delete from ledger.schema_migrations",
        "create table ledger.more (id int)", "create schema more",
        "drop trigger append_only on ledger.events",
        "alter table ledger.events disable trigger append_only",
        "create or replace function ledger.refuse_change() returns trigger "
        "language plpgsql as 'begin return new; end'"}) {
    CAPTURE(sql);
    CHECK(refusal(serving.database_url, sql) == insufficient_privilege);
  }
}

TEST_CASE_METHOD(owned_database, "the log is append-only for its owner too") {
  create_service_role();
  REQUIRE(run_wallet(migrating, {"migrate"}).status == 0);
  for (const auto *sql :
       {"update ledger.events set amount = 1", "delete from ledger.events",
        "truncate ledger.events"}) {
    CAPTURE(sql);
    CHECK(refusal(migrating.database_url, sql) == append_only);
  }
}

TEST_CASE_METHOD(owned_database, "what is missing of the role is said") {
  const auto without = run_wallet(migrating, {"migrate"});
  CHECK(without.status == 1);
  CHECK_THAT(without.output,
             Catch::Contains("create role \"" + server + "\" login password"));

  create_service_role();
  auto plain = migrating;
  plain.more.clear();
  REQUIRE(run_wallet(plain, {"migrate"}).status == 0);
  const auto refused = run_wallet(serving, {"serve"});
  CHECK(refused.status == 1);
  CHECK_THAT(refused.output, Catch::Contains("as the owner of the database "
                                             "with SERVICE_ROLE=" +
                                             server));

  auto itself = migrating;
  itself.more = {{"SERVICE_ROLE", owner}};
  const auto own = run_wallet(itself, {"migrate"});
  CHECK(own.status == 1);
  CHECK_THAT(own.output, Catch::Contains("choose another one"));
}
