#include "tests/chaos/journal.hpp"

namespace wallet::chaos {

std::string describe(const note &one) {
  return std::string(name_of(one.what)) + " " + std::to_string(one.number) +
         " (" + amount_of(one).to_string() + " of wallet " +
         std::to_string(one.sender) + " to " + std::to_string(one.receiver) +
         (one.has_key ? ", key " + key_of(one) : ", no key") + ", sent " +
         std::to_string(one.tries) + " times)";
}

std::string request_body(const note &one, const std::string &receiver) {
  const auto amount = R"("amount":")" + amount_of(one).to_string() + R"("})";
  return one.what == operation::fund
             ? "{" + amount
             : R"({"to_wallet_id":")" + receiver + R"(",)" + amount;
}

} // namespace wallet::chaos
