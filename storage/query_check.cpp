#include "storage/query_check.hpp"

#include "storage/row_stream.hpp"

namespace wallet::storage {

check run_check(postgres_connection &on, const query_check &wanted) {
  check made(wanted.claim, wanted.unit);
  made.saw(std::stoull(std::string(on.script(wanted.count)[0].text(0))));
  row_stream offenders(on, wanted.offenders);
  while (const auto found = offenders.next())
    made.found(std::string(found->text(0)));
  return made;
}

} // namespace wallet::storage
