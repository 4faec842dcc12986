// Plugin "file": agents' tools that read, edit and find files, and files and folders over HTTP.
#include <memory>

#include "collet/plugin.hpp"
#include "file_editor_tool.hpp"
#include "plain/plain_tool.hpp"
#include "routes.hpp"
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
    add_routes(setup);
  }
};

}  // namespace
}  // namespace collet::file

COLLET_PLUGIN(collet::file::FilePlugin, "dev.collet.file", "0.1.0",
              "Lets agents view, edit and find files, and serves files and folders over HTTP");
