#pragma once

#include <optional>
#include <string>

namespace wallet::storage {

/// A place where at most one living process can stand: one boot of a machine,
/// one network namespace, one database URL (its passwords aside). Whoever holds
/// it knows that whoever held it before is dead, and need not wait for that
/// one's lease.
///
/// It is an abstract Unix socket (unix(7)): the kernel lets one process bind
/// the name, and frees it when that process is dead, however it died. A frozen
/// process keeps it. Held until the process ends, also when this object ends
/// before: nothing of the holder may answer any more when the next one comes.
///
/// Two processes with different URLs of one database stand at different places:
/// neither takes the other for dead. Out of scope: a process or a whole machine
/// that is copied while it runs.
class process_place {
public:
  explicit process_place(const std::string &database_url);

  /// The place's name, the same for every holder. Empty while another living
  /// process holds it, or when this system cannot say where we are; call again
  /// later. Does not block.
  std::string hold();

private:
  /// Empty when this system cannot say where we are.
  std::string name_;
  std::string socket_name_;
  bool is_held_ = false;
};

} // namespace wallet::storage
