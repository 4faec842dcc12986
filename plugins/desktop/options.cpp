#include "options.hpp"

#include <algorithm>
#include <stdexcept>

#include "collet/fields.hpp"
#include "collet/machine.hpp"

namespace collet::desktop {
namespace {

// "1280x800"
bool is_geometry(const std::string& text) {
  const auto is_size = [](std::string_view digits) {
    return !digits.empty() && digits.size() <= 5 && digits.front() != '0' &&
           digits.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const auto x = std::min(text.find('x'), text.size());
  const std::string_view view(text);
  return is_size(view.substr(0, x)) && is_size(view.substr(std::min(x + 1, text.size())));
}

}  // namespace

Options read_options(std::string_view config) {
  const Fields fields(config);
  Options options;
  options.run = fields.flag("run", options.run);
  options.host = fields.text("host", options.host);
  options.port = static_cast<std::uint16_t>(fields.whole("port", options.port));
  options.geometry = fields.text("geometry", options.geometry);
  options.display = static_cast<int>(fields.whole("display", options.display));
  options.web = fields.text("web", options.web);
  options.session = fields.texts("session", {});
  if (!is_geometry(options.geometry)) throw InputError("'geometry' must be like 1280x800");
  try {
    const machine::Address address(options.host, 0);
  } catch (const std::invalid_argument&) {
    throw InputError("'host' must be an IP address");
  }
  return options;
}

}  // namespace collet::desktop
