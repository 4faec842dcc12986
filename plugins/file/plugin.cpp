// Plugin "file": the agents' file editor and their searches.
#include <memory>

#include "collet/plugin.hpp"
#include "file_editor_tool.hpp"
#include "plain/plain_tool.hpp"
#include "search/search_tools.hpp"

namespace collet::file {
namespace {

class FilePlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    const auto locks = std::make_shared<FileLocks>();
    setup.tool(std::make_unique<FileEditorTool>(FileEditorTool::Use::kAll, locks));
    add_plain_tools(setup, locks);
    add_search_tools(setup);
    setup.tool(std::make_unique<FileEditorTool>(FileEditorTool::Use::kPlanning, locks));
  }
};

}  // namespace
}  // namespace collet::file

COLLET_PLUGIN(collet::file::FilePlugin, "dev.collet.file", "0.1.0", "Lets agents view, edit and find files");
