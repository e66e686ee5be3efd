#include <catch2/catch.hpp>

#include <limits>
#include <regex>

#include "bench/plot.hpp"

namespace wallet::bench {

namespace {

std::size_t count_of(const std::string &text, const std::string &pattern) {
  const std::regex wanted(pattern);
  return static_cast<std::size_t>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), wanted),
                    std::sregex_iterator()));
}

bool is_sound(const std::string &svg) {
  return svg.starts_with("<svg ") && svg.ends_with("</svg>\n") &&
         count_of(svg, "nan|inf") == 0 &&
         count_of(svg, "<text ") == count_of(svg, "</text>");
}

} // namespace

TEST_CASE("A line has a point for each value.") {
  const auto svg = to_svg({line_chart{
      "Throughput", "s", "/s", {{"ours", {{1, 10}, {2, 30}, {3, 20}}}}}});
  CHECK(is_sound(svg));
  std::smatch points;
  REQUIRE(std::regex_search(svg, points, std::regex("points=\"([^\"]*)\"")));
  CHECK(count_of(points[1], "[-0-9.]+,[-0-9.]+ ") == 3);
}

TEST_CASE("Bars are as long as their values.") {
  const auto svg =
      to_svg({bar_chart{"Rates", "/s", {{"a", 5'000}, {"b", 10'000}}}});
  CHECK(is_sound(svg));
  CHECK(svg.find("width=\"170.0\"") != std::string::npos);
  CHECK(svg.find("width=\"340.0\"") != std::string::npos);
  CHECK(svg.find("10,000/s") != std::string::npos);
}

TEST_CASE("Text is escaped.") {
  const auto svg = to_svg({bar_chart{"a < b & \"c\"", "", {}}});
  CHECK(svg.find("a &lt; b &amp; &quot;c&quot;") != std::string::npos);
}

TEST_CASE("Nothing, zero and single values can be drawn.") {
  CHECK(is_sound(to_svg({})));
  for (const bool is_logarithmic : {false, true})
    for (const std::vector<plot_line> &lines :
         {std::vector<plot_line>{}, std::vector<plot_line>{{"empty", {}}},
          std::vector<plot_line>{{"one", {{1, 5}}}},
          std::vector<plot_line>{{"zero", {{1, 0}, {2, 0}}}},
          std::vector<plot_line>{{"mixed", {{1, 0}, {2, 1000}}}}})
      CHECK(
          is_sound(to_svg({line_chart{"t", "x", "y", lines, is_logarithmic}})));
  CHECK(is_sound(to_svg({bar_chart{"t", "", {{"zero", 0}}}})));
}

} // namespace wallet::bench
