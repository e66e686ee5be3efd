#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wallet::bench {

struct plot_line {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// x grows from the first to the last point of all lines, y starts at 0.
struct line_chart {
  std::string title, x_label, y_label;
  std::vector<plot_line> lines;
  /// Then y starts at the power of ten below the smallest value above 0, and
  /// what is not above 0 is drawn there.
  bool is_y_logarithmic = false;
};

struct plot_bar {
  std::string name;
  double value = 0;
};

/// Bars from 0 to the right, each with its value.
struct bar_chart {
  std::string title, unit;
  std::vector<plot_bar> bars;
};

using chart = std::variant<line_chart, bar_chart>;

/// One SVG picture, 760 pixels wide, the charts below each other. The same
/// input gives the same text. Values must be finite.
std::string to_svg(const std::vector<chart> &charts);

} // namespace wallet::bench
