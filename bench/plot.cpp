#include "bench/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace wallet::bench {

namespace {

constexpr double width = 760, left = 70, line_chart_height = 300,
                 plot_height = 200, plot_width = 480, title_height = 40,
                 bar_height = 24, bar_left = 300, bar_width = 340;

/// Okabe and Ito (2008): can be told apart with any colour vision.
constexpr std::array colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                             "#E69F00", "#56B4E9", "#000000", "#999999"};

std::string escaped(const std::string &text) {
  std::string result;
  for (const char c : text)
    switch (c) {
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '&':
      result += "&amp;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += c;
    }
  return result;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

/// "12,500", "0.25"
std::string label(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.3g" : "%.0f", value);
  std::string digits = text;
  if (value >= 1'000)
    for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
      digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string text_at(double x, double y, const std::string &anchor,
                    const std::string &text, const std::string &style = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) +
         "\" text-anchor=\"" + anchor + "\"" + style + ">" + escaped(text) +
         "</text>\n";
}

std::string line_from_to(double x1, double y1, double x2, double y2,
                         const std::string &colour) {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" +
         number(x2) + "\" y2=\"" + number(y2) + "\" stroke=\"" + colour +
         "\"/>\n";
}

/// 1, 2 or 5 times a power of ten, for about five steps up to `span`.
double step_for(double span) {
  const auto rough = span / 5;
  const auto power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough)
      return factor * power;
  return 10 * power;
}

/// Maps a range of values to a range of pixels.
struct axis {
  double low = 0, high = 1;
  double from = 0, to = 0;
  bool is_logarithmic = false;

  double at(double value) const {
    if (is_logarithmic)
      value = std::log10(std::max(value, std::pow(10, low)));
    return from + (value - low) / (high - low) * (to - from);
  }

  std::vector<double> ticks() const {
    std::vector<double> result;
    if (is_logarithmic) {
      for (double power = low; power <= high + 1e-9; ++power)
        result.push_back(std::pow(10, power));
      return result;
    }
    const auto step = step_for(high - low);
    for (double i = std::ceil(low / step); i * step <= high * (1 + 1e-9); ++i)
      result.push_back(i * step);
    return result;
  }
};

struct extent {
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();

  void cover(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool is_empty() const { return low > high; }
};

axis x_axis(const line_chart &of) {
  extent covered;
  for (const auto &line : of.lines)
    for (const auto &[x, y] : line.points)
      covered.cover(x);
  if (covered.is_empty())
    covered = {0, 1};
  if (covered.low == covered.high)
    ++covered.high;
  return {covered.low, covered.high, left, left + plot_width, false};
}

axis y_axis(const line_chart &of, double top) {
  extent covered;
  for (const auto &line : of.lines)
    for (const auto &[x, y] : line.points)
      if (!of.is_y_logarithmic || y > 0)
        covered.cover(y);
  if (covered.is_empty() || covered.high <= 0)
    covered = {1, 1};
  const auto bottom = top + plot_height;
  if (!of.is_y_logarithmic)
    return {0, covered.high, bottom, top, false};
  const auto low = std::floor(std::log10(covered.low));
  const auto high = std::max(low + 1, std::ceil(std::log10(covered.high)));
  return {low, high, bottom, top, true};
}

std::string draw_axes(const line_chart &of, const axis &x, const axis &y) {
  std::string out;
  for (const auto tick : y.ticks()) {
    out +=
        line_from_to(left, y.at(tick), left + plot_width, y.at(tick), "#ddd");
    out += text_at(left - 6, y.at(tick) + 4, "end", label(tick));
  }
  for (const auto tick : x.ticks())
    out += text_at(x.at(tick), y.from + 16, "middle", label(tick));
  out += line_from_to(left, y.from, left + plot_width, y.from, "#333");
  out += text_at(left + plot_width / 2, y.from + 34, "middle", of.x_label);
  out += text_at(left, y.to - 8, "start", of.y_label);
  return out;
}

std::string draw_lines(const line_chart &of, const axis &x, const axis &y) {
  std::string out;
  for (std::size_t i = 0; i < of.lines.size(); ++i) {
    const auto &line = of.lines[i];
    const std::string colour = colours[i % colours.size()];
    std::string points;
    for (const auto &[at, value] : line.points)
      points += number(x.at(at)) + "," + number(y.at(value)) + " ";
    out += "<polyline fill=\"none\" stroke-width=\"1.8\" stroke=\"" + colour +
           "\" points=\"" + points + "\"/>\n";
    const auto row = y.to + 8 + 18 * static_cast<double>(i);
    const auto column = left + plot_width + 14;
    out += line_from_to(column, row - 4, column + 16, row - 4, colour);
    out += text_at(column + 22, row, "start", line.name);
  }
  return out;
}

std::string draw_title(double top, const std::string &title) {
  return text_at(16, top + 20, "start", title,
                 " font-size=\"15\" font-weight=\"bold\"");
}

/// A legend may be longer than the plot is high.
double height_of(const line_chart &of) {
  return std::max(line_chart_height,
                  title_height + 40 +
                      18 * static_cast<double>(of.lines.size()));
}

double height_of(const bar_chart &of) {
  return title_height + 16 + bar_height * static_cast<double>(of.bars.size());
}

std::string draw(const line_chart &of, double top) {
  const auto x = x_axis(of);
  const auto y = y_axis(of, top + title_height + 14);
  return draw_title(top, of.title) + draw_axes(of, x, y) + draw_lines(of, x, y);
}

std::string draw(const bar_chart &of, double top) {
  double largest = 0;
  for (const auto &bar : of.bars)
    largest = std::max(largest, bar.value);
  auto out = draw_title(top, of.title);
  auto y = top + title_height;
  for (std::size_t i = 0; i < of.bars.size(); ++i, y += bar_height) {
    const auto &bar = of.bars[i];
    const auto length = largest > 0 ? bar.value / largest * bar_width : 0;
    out += text_at(bar_left - 8, y + 13, "end", bar.name);
    out += "<rect x=\"" + number(bar_left) + "\" y=\"" + number(y) +
           "\" width=\"" + number(length) + "\" height=\"" +
           number(bar_height - 6) + "\" fill=\"" + colours[i % colours.size()] +
           "\"/>\n";
    out += text_at(bar_left + length + 6, y + 13, "start",
                   label(bar.value) + of.unit);
  }
  return out;
}

} // namespace

std::string to_svg(const std::vector<chart> &charts) {
  std::string body;
  double top = 0;
  for (const auto &each : charts) {
    body += std::visit([&](const auto &of) { return draw(of, top); }, each);
    top += std::visit([](const auto &of) { return height_of(of); }, each);
  }
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) +
         "\" height=\"" + number(top) +
         "\" font-family=\"sans-serif\" font-size=\"12\">\n"
         "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n" +
         body + "</svg>\n";
}

} // namespace wallet::bench
