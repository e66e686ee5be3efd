#include <vector>

#include "http/problem.hpp"
#include "http/wire.hpp"
#include "tests/fuzz/json_oracle.hpp"
#include "tests/fuzz/property.hpp"

// The input is the body of a POST; its last byte chooses the route.

using namespace wallet;
using namespace wallet::http;
using fuzzing::require;

namespace {

std::string_view text_of(const fuzzing::json_opinion &body,
                         std::string_view name) {
  const auto *found = fuzzing::text_at(body.value, name);
  require(found != nullptr, "a field that was taken is there");
  return {found->data(), found->size()};
}

/// JSON that is refused all the same.
bool is_too_much(const problem &wrong) {
  return wrong.text.ends_with("is there twice") ||
         wrong.text.find("Number too big") != std::string::npos;
}

void check_problem(const problem &wrong, const fuzzing::json_opinion &body) {
  require(wrong.status == 400 || wrong.status == 422, "400 or 422");
  require(!wrong.closes, "the connection goes on");
  if (wrong.code == "malformed_json")
    require(is_too_much(wrong) || !body.is_json,
            "JSON is not called malformed");
  else
    require(body.is_json || body.is_tolerable,
            "what is no JSON is called malformed");
  const auto told = fuzzing::read_json(problem_body(wrong, "/", "id"));
  require(told.is_json && text_of(told, "error") == wrong.text &&
              text_of(told, "detail") == wrong.text &&
              text_of(told, "code") == wrong.code,
          "a failure has the body that clients read");
}

void check_amount(money amount, const fuzzing::json_opinion &body) {
  const auto written = money::parse(text_of(body, "amount"));
  require(written && *written == amount && !amount.is_zero(),
          "the amount is the client's and above zero");
}

void check_accepted(const create_wallet &made,
                    const fuzzing::json_opinion &body) {
  fuzzing::require_equal(made.user.text(), text_of(body, "user_id"), "user_id");
  require(user_id::parse(made.user.text()).has_value(), "a sound user");
  const auto *code = fuzzing::text_at(body.value, "currency");
  require(
      made.money_currency ==
          (code ? currency::parse({code->data(), code->size()}) : currency()),
      "the currency is the client's, or the default");
}

void check_accepted(const fund &made, const fuzzing::json_opinion &body) {
  check_amount(made.amount, body);
}

void check_accepted(const transfer_request &made,
                    const fuzzing::json_opinion &body) {
  check_amount(made.amount, body);
  fuzzing::require_equal(made.to_wallet_id, text_of(body, "to_wallet_id"),
                         "to_wallet_id");
  // It may come back in an answer.
  require(fuzzing::read_json(
              problem_body(no_such_wallet(made.to_wallet_id), "/", "id"))
              .is_json,
          "any receiver can be told back");
}

template <class Command>
void check(const parsed<Command> &found, const fuzzing::json_opinion &body) {
  if (const auto *wrong = std::get_if<problem>(&found))
    return check_problem(*wrong, body);
  require(body.is_json || body.is_tolerable, "what is taken is JSON");
  if (body.is_json)
    check_accepted(std::get<Command>(found), body);
}

/// Blanks around a JSON text and a byte that ends it say nothing and all.
template <class Reader> void check_surroundings(Reader read, std::string body) {
  const bool is_taken = read(body).index() == 1;
  require(read(" " + body + "\r\n\t").index() == (is_taken ? 1u : 0u) ||
              body.starts_with('\xEF'),
          "blanks around the text change nothing");
  require(read(body + "x").index() == 0, "trailing bytes are refused");
  require(read(body + '\0').index() == 0, "a trailing NUL is refused");
}

template <class Reader>
void check_reader(Reader read, const std::string &body) {
  // Without a NUL or room behind it: reading on is an error.
  const std::vector<char> exact(body.begin(), body.end());
  check(read({exact.data(), exact.size()}), fuzzing::read_json(body));
  check_surroundings(read, body);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  fuzzing::choices from(data, size);
  const auto route = from.ConsumeIntegralInRange(0, 2);
  const auto body = from.ConsumeRemainingBytesAsString();
  if (route == 0)
    check_reader(read_create, body);
  else if (route == 1)
    check_reader(read_fund, body);
  else
    check_reader(read_transfer, body);
  return 0;
}
