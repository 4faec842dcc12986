// Plugin "file": the agents' file editor.
#include <memory>

#include "collet/plugin.hpp"
#include "file_editor_tool.hpp"

namespace collet::file {
namespace {

class FilePlugin final : public Plugin {
 public:
  void setup(Setup& setup) override { setup.tool(std::make_unique<FileEditorTool>()); }
};

}  // namespace
}  // namespace collet::file

COLLET_PLUGIN(collet::file::FilePlugin, "dev.collet.file", "0.1.0",
              "Lets agents view, create and edit files");
