#pragma once

#include <string>

#include "http/answer.hpp"
#include "http/request.hpp"

namespace wallet::http {

/// Appends the HTTP/1.1 message to `out`. With `closes` it tells the client
/// that this is the connection's last.
void append_answer(std::string &out, const request &asked, const answer &what,
                   bool closes);

/// A new X-Request-Id: 16 hexadecimal digits, unlike any other of this process
/// and, by its random start, of others.
std::string make_request_id();

} // namespace wallet::http
