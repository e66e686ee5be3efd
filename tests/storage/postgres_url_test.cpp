#include <catch2/catch.hpp>

#include "storage/postgres_url.hpp"

using wallet::storage::postgres_url;

TEST_CASE("a password is redacted wherever it stands") {
  const postgres_url url("postgresql://u:hush@h/d");
  CHECK(url.redact("hush, hushhush\nhush\n") == "***, ****** ***");
  CHECK(url.redact("nothing") == "nothing");
}

TEST_CASE("a password of stars does not make a text grow for ever") {
  // Fuzzing: each replacement was taken for the next password.
  CHECK(postgres_url("postgresql://u:*@h/d").redact("a * b") == "a *** b");
  CHECK(postgres_url("postgresql://u:**@h/d").redact("**") == "***");
}

TEST_CASE("a password of two lines is redacted in one") {
  // Fuzzing: its line end had become a blank before it was looked for.
  const postgres_url url("postgresql://u:hu%0Ash@h/d");
  CHECK(url.redact("with hu\nsh\nrefused\n") == "with *** refused");
  CHECK(postgres_url("postgresql://u:hush%0A@h/d").redact("hush\n") == "***");
}
