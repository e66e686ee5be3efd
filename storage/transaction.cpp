#include "storage/transaction.hpp"

namespace wallet::storage {

transaction::transaction(postgres_connection &on, const std::string &begin)
    : on_(on) {
  on_.script(begin);
}

transaction::~transaction() {
  if (!is_open_)
    return;
  try {
    on_.script("rollback");
  } catch (const unavailable &) {
    on_.drop();
  }
}

void transaction::commit() {
  is_open_ = false;
  on_.script("commit");
}

} // namespace wallet::storage
