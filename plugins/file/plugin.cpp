// Plugin "file": the agents' file editor and their searches.
#include <memory>

#include "collet/plugin.hpp"
#include "file_editor_tool.hpp"
#include "search/search_tools.hpp"

namespace collet::file {
namespace {

class FilePlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    setup.tool(std::make_unique<FileEditorTool>());
    add_search_tools(setup);
  }
};

}  // namespace
}  // namespace collet::file

COLLET_PLUGIN(collet::file::FilePlugin, "dev.collet.file", "0.1.0", "Lets agents view, edit and find files");
