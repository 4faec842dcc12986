// Plugin "file": the agents' file editor, and files and folders over HTTP.
#include <memory>

#include "collet/plugin.hpp"
#include "file_editor_tool.hpp"
#include "routes.hpp"

namespace collet::file {
namespace {

class FilePlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    setup.tool(std::make_unique<FileEditorTool>());
    add_routes(setup);
  }
};

}  // namespace
}  // namespace collet::file

COLLET_PLUGIN(collet::file::FilePlugin, "dev.collet.file", "0.1.0",
              "Lets agents edit files, and serves files and folders over HTTP");
