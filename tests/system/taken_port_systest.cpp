#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include "storage/postgres_connection.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

TEST_CASE("a port that is taken ends the start, and another node may begin") {
  boost::asio::io_context context;
  const tcp::acceptor other(context, {tcp::v4(), 0});
  const auto taken = std::to_string(other.local_endpoint().port());
  const auto free = std::to_string(free_port());
  const wallet_settings settings{shared_postgres().new_database(), {}, {}, {}};
  REQUIRE(run_wallet(settings, {"migrate"}).status == 0);
  for (const bool is_history : {false, true}) {
    const auto ended = run_wallet(settings,
                                  {"serve", "--port", is_history ? free : taken,
                                   "--history-port", is_history ? taken : free},
                                  30s);
    INFO(ended.output);
    CHECK(ended.status == 1);
    CHECK(ended.output.find("cannot listen on 0.0.0.0:" + taken) !=
          std::string::npos);
  }
  wallet::storage::postgres_connection connection(
      {.url = settings.database_url, .purpose = "test"});
  CHECK(connection.script("select 1 from ledger.nodes").size() == 0);
}
