#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include "storage/postgres_connection.hpp"
#include "storage/postgres_url.hpp"
#include "storage/transaction.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/shared_postgres.hpp"

using namespace wallet::storage;
using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

const statement session{"session", "select pg_backend_pid()::text"};

std::string pid_of(postgres_connection &on) {
  return std::string(on.run(session)[0].text(0));
}

void terminate(const std::string &pid) {
  shared_postgres().exec("select pg_terminate_backend(" + pid + ")");
  REQUIRE(eventually([&] {
    return shared_postgres()
        .exec("select from pg_stat_activity where pid = " + pid)
        .empty();
  }));
}

} // namespace

TEST_CASE("a connection that ended while idle is replaced, nothing is lost") {
  postgres_connection on({.url = shared_postgres().url()});
  const auto first = pid_of(on);
  terminate(first);
  CHECK(pid_of(on) != first);
}

TEST_CASE("a transaction does not go on over another connection") {
  postgres_connection on({.url = shared_postgres().url()});
  transaction open(on);
  terminate(pid_of(on));
  CHECK_THROWS_AS(pid_of(on), connection_lost);
  CHECK_NOTHROW(pid_of(on));
}

TEST_CASE("a transaction that is left by an error is rolled back") {
  postgres_connection on({.url = shared_postgres().new_database()});
  on.script("create table kept (id int primary key)");
  try {
    transaction open(on);
    on.script("insert into kept values (1)");
    on.script("insert into kept values (1)");
    FAIL("a duplicate was taken");
  } catch (const statement_failed &error) {
    CHECK(error.sqlstate() == "23505");
  }
  CHECK(on.script("select from kept").empty());
}

TEST_CASE("a commit that fails is an error, not an answer") {
  postgres_connection on({.url = shared_postgres().new_database()});
  on.script("create table other (id int primary key)");
  on.script("create table kept (id int references other deferrable initially "
            "deferred)");
  const statement insert{"insert",
                         "insert into kept values (1) returning id::text"};
  CHECK_THROWS_AS(on.run(insert), statement_failed);
  CHECK(on.script("select from kept").empty());
}

TEST_CASE("a statement ends at its timeout and the connection lives on") {
  postgres_connection on(
      {.url = shared_postgres().url(), .statement_timeout = 50ms});
  const auto first = pid_of(on);
  try {
    on.script("select pg_sleep(60)");
    FAIL("it slept a minute");
  } catch (const statement_failed &error) {
    CHECK(error.sqlstate() == "57014");
  }
  CHECK(pid_of(on) == first);
}

TEST_CASE("a database whose commits are not synced is overruled") {
  auto &server = shared_postgres();
  const auto url = server.new_database();
  const auto name = url.substr(url.rfind('/') + 1);
  server.exec("alter database " + name + " set synchronous_commit = off");
  postgres_connection on({.url = url});
  CHECK(on.script("show synchronous_commit")[0].text(0) == "on");
}

TEST_CASE("attempts to connect are spaced out") {
  // Nothing listens on port 1.
  postgres_connection on({.url = "postgresql://u:hush@127.0.0.1:1/d"});
  CHECK_THROWS_WITH(on.connect(), Catch::Contains("127.0.0.1:1/d"));
  CHECK_THROWS_WITH(on.connect(), Catch::Contains("due in a moment"));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i)
    CHECK_THROWS_AS(on.reconnect(), not_connected);
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(took > 25ms + 50ms + 100ms);
  CHECK(took < 3s);
}

TEST_CASE("a password is in no error") {
  const auto text_of = [](const std::string &url) -> std::string {
    try {
      postgres_connection({.url = url}).connect();
    } catch (const not_connected &error) {
      return error.what();
    }
    return "connected";
  };
  for (const char *url :
       {"postgresql://u:hush@127.0.0.1:1/d", "postgresql://u:hu@sh@h/d",
        "postgresql://u:hush@[::1/d", "postgresql://u:hush@h:port/d",
        "postgresql://u:hush@h/d?nonsense=1", "host=h password='hush",
        "postgresql://u@127.0.0.1:1/d?password=hush"}) {
    const auto text = text_of(url);
    INFO(text);
    CHECK(text.find("hush") == std::string::npos);
    CHECK(text.find("sh@h") == std::string::npos);
    CHECK(text != "connected");
  }
}

TEST_CASE("of several hosts a silent one is passed over") {
  boost::asio::io_context context;
  using boost::asio::ip::tcp;
  const tcp::acceptor silent(context, {tcp::v4(), 0}); // never accepts
  auto url = shared_postgres().new_database();
  const auto host = url.find("127.0.0.1");
  REQUIRE(host != std::string::npos);
  url.insert(host, "127.0.0.1:" +
                       std::to_string(silent.local_endpoint().port()) + ",");
  postgres_connection connection({.url = url, .purpose = "test"});
  CHECK(connection.script("select 1")[0].text(0) == "1");
}
