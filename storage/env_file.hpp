#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace wallet::storage {

struct env_entry {
  std::string value;
  /// In the file, from 1.
  std::size_t line = 0;
};

/// Reads the text of a `.env` file. The last line of a name counts. The error
/// names the line and never quotes it, because it may hold a password.
///
///   file    = { line LF }                 ; CR before LF is ignored
///   line    = [ "export " ] name "=" value [ comment ] | [ comment ]
///   name    = letter or "_" { letter | digit | "_" }
///   value   = "'" text "'"                ; as it stands
///           | '"' text '"'                ; with \" and \\ for " and \ .
///           | text                        ; to the comment, blanks trimmed
///   comment = "#" text                    ; after a value: blank before "#"
///
/// Blanks around each part are ignored, but none may follow the name. Nothing
/// is expanded: "$" is a character like any other.
boost::system::result<std::map<std::string, env_entry>, std::string>
parse_env_file(std::string_view text);

} // namespace wallet::storage
