#include "http/chunked_body.hpp"

#include "http/problem.hpp"

namespace wallet::http {

namespace {

bool is_digit(char c) { return '0' <= c && c <= '9'; }

/// -1 when it is none.
int hex_digit(char c) {
  if (is_digit(c))
    return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return 'a' <= lower && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// RFC 9110 5.6.2.
bool is_token(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return is_digit(c) || ('a' <= lower && lower <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// RFC 9110 5.5: no control character but the tabulator.
bool is_field_content(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= ' ' && byte != 0x7f);
}

} // namespace

std::size_t chunked_body::feed(std::string_view bytes, std::string &content) {
  std::size_t used = 0;
  while (used < bytes.size() && !is_done() && !wrong_) {
    if (state_ == state::content) {
      const auto part = bytes.substr(used, size_);
      content += part;
      used += part.size();
      size_ -= part.size();
      if (size_ == 0)
        state_ = state::content_cr;
    } else {
      take(bytes[used++]);
    }
  }
  return used;
}

void chunked_body::take(char c) {
  switch (state_) {
  case state::first_digit:
  case state::size:
    return hex_digit(c) >= 0 ? take_digit(c) : take_after_size(c);
  case state::before_extension:
    if (is_blank(c) || c == ';')
      return drop(c == ';' ? state::extension : state::before_extension);
    return refuse("what follows a chunk's size is no extension");
  case state::extension:
    if (c == '\r')
      return drop(state::size_end);
    if (is_field_content(c))
      return drop(state::extension);
    return refuse("a control character in a chunk's extension");
  case state::size_end:
    if (c == '\n')
      return begin_content();
    return refuse("a chunk's first line is not ended by CRLF");
  case state::content_cr:
    return expect(c, '\r', state::content_lf);
  case state::content_lf:
    return expect(c, '\n', state::first_digit);
  case state::trailer_or_end:
    if (c == '\r')
      return drop(state::last_lf);
    [[fallthrough]];
  case state::trailer_name:
    if (c == ':' && state_ == state::trailer_name)
      return drop(state::trailer_value);
    if (is_token(c))
      return drop(state::trailer_name);
    return refuse("a trailer's name is not whole");
  case state::trailer_value:
    if (c == '\r')
      return drop(state::trailer_end);
    if (is_field_content(c))
      return drop(state::trailer_value);
    return refuse("a control character in a trailer");
  case state::trailer_end:
    return expect(c, '\n', state::trailer_or_end);
  case state::last_lf:
    return expect(c, '\n', state::done);
  case state::content:
  case state::done:
    return; // feed() does not come here
  }
}

void chunked_body::take_digit(char c) {
  if (state_ == state::first_digit)
    size_ = 0;
  state_ = state::size;
  if (size_ == 0 && c == '0')
    return drop(state_); // there may be any number of them
  size_ = size_ * 16 + static_cast<std::uint64_t>(hex_digit(c));
  if (size_ > granted_.body_bytes - body_size_)
    wrong_ = body_too_large(granted_.body_bytes);
}

void chunked_body::take_after_size(char c) {
  if (state_ == state::first_digit)
    return refuse("a chunk does not begin with its size");
  if (c == '\r')
    state_ = state::size_end;
  else if (is_blank(c) || c == ';')
    drop(c == ';' ? state::extension : state::before_extension);
  else
    refuse("a chunk's size must be a hexadecimal number");
}

void chunked_body::begin_content() {
  body_size_ += size_;
  state_ = size_ == 0 ? state::trailer_or_end : state::content;
}

void chunked_body::expect(char c, char wanted, state next) {
  if (c == wanted)
    state_ = next;
  else
    refuse("a chunk or a trailer is not ended by CRLF");
}

void chunked_body::drop(state next) {
  state_ = next;
  if (++dropped_ > granted_.header_bytes)
    wrong_ = header_too_large(granted_.header_bytes);
}

void chunked_body::refuse(const char *why) { wrong_ = bad_http(why); }

} // namespace wallet::http
