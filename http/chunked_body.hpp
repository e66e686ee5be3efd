#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/answer.hpp"
#include "http/limits.hpp"

namespace wallet::http {

/// Takes the chunked coding (RFC 9112 7.1) off a body, byte by byte, so that
/// the pieces in which it comes make no difference. Beast 1.81's own decoder
/// reads on behind an open quote of an extension, counts a chunk twice when its
/// line comes in two pieces, and relies on seeing the end of a last chunk.
///
/// Extensions and trailers are checked, limited (together, to a header's limit)
/// and dropped.
class chunked_body {
public:
  explicit chunked_body(const limits &granted) : granted_(granted) {}

  /// Appends what was coded to `content`. Takes all bytes up to the end of the
  /// body or up to what is wrong; returns how many.
  std::size_t feed(std::string_view bytes, std::string &content);

  bool is_done() const { return state_ == state::done; }
  const std::optional<problem> &wrong() const { return wrong_; }

private:
  enum class state {
    first_digit,
    size,
    before_extension,
    extension,
    size_end,
    content,
    content_cr,
    content_lf,
    trailer_or_end,
    trailer_name,
    trailer_value,
    trailer_end,
    last_lf,
    done,
  };

  void take(char c);
  void take_digit(char c);
  void take_after_size(char c);
  void begin_content();
  void expect(char c, char wanted, state next);
  void drop(state next);
  void refuse(const char *why);

  limits granted_;
  state state_ = state::first_digit;
  std::uint64_t size_ = 0;      ///< of this chunk; then what is left of it
  std::uint64_t body_size_ = 0; ///< of all chunks so far, with this one
  std::size_t dropped_ = 0;
  std::optional<problem> wrong_;
};

} // namespace wallet::http
