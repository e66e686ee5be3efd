#pragma once

// The precompiled header of this library: what nearly every file here needs
// and what is slow to parse. Files still include what they use.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <caf/actor.hpp>
#include <caf/send.hpp>

#include "actors/interfaces.hpp"
