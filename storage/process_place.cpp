#include "storage/process_place.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <fstream>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "storage/postgres_url.hpp"

namespace wallet::storage {

namespace {

/// Fixed for ever, or two versions would not see each other.
constexpr const char *socket_prefix = "digital-wallet/";

std::string digest_of_database(const std::string &url) {
  const postgres_url parsed(url);
  std::string text;
  for (const auto &[keyword, value] : parsed.keywords())
    if (!keyword.ends_with("password")) // sslpassword is one too
      text += keyword + '=' + value + '\n';
  const boost::uuids::name_generator_sha1 digest(boost::uuids::ns::url());
  return to_string(digest(text));
}

/// Random at each start of the kernel (random(4)).
std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

/// A number that no two living network namespaces of a kernel share
/// (namespaces(7)).
std::string network_namespace() {
  struct stat found {};
  if (stat("/proc/self/ns/net", &found) != 0)
    return {};
  return std::to_string(found.st_ino);
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// Binds the abstract name, which begins with a NUL; leaves it bound until the
/// process ends.
bool bind_for_life(const std::string &name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() + 1 > sizeof address.sun_path)
    return false;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = offsetof(sockaddr_un, sun_path) + 1 + name.size();
  const int handle = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (handle < 0)
    return false;
  if (bind(handle, reinterpret_cast<const sockaddr *>(&address),
           static_cast<socklen_t>(size)) == 0)
    return true;
  close(handle);
  return false;
}

} // namespace

process_place::process_place(const std::string &database_url) {
  const auto database = digest_of_database(database_url);
  const auto boot = boot_id();
  const auto network = network_namespace();
  socket_name_ = socket_prefix + database;
  if (!boot.empty() && !network.empty())
    name_ = host_name() + "/" + boot + "/" + network + "/" + database;
}

std::string process_place::hold() {
  if (name_.empty())
    return {};
  is_held_ = is_held_ || bind_for_life(socket_name_);
  return is_held_ ? name_ : std::string();
}

} // namespace wallet::storage
