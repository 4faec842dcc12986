// Builds JSON from the events of the YAML parser, so that nothing of a document is kept that exceeds a limit.
#pragma once
#include <yaml-cpp/eventhandler.h>

#include <cstddef>
#include <string>
#include <vector>

#include "collet/json.hpp"

namespace collet::skill_files {

inline constexpr std::size_t kMostYamlBytes = std::size_t{64} << 10;
inline constexpr std::size_t kMostYamlDepth = 32;
inline constexpr std::size_t kMostYamlValues = 10'000;

/// For one document. Throws FileError out of the parser where a limit is exceeded.
class YamlReader final : public YAML::EventHandler {
 public:
  json::Document take() { return std::move(document_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override;
  [[noreturn]] void OnAlias(const YAML::Mark&, YAML::anchor_t) override;
  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t, const std::string& value) override;
  void OnSequenceStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override;
  void OnMapEnd() override;

 private:
  struct Level {
    json::Value value;
    std::string key;
    bool has_key = false;
  };
  void open(json::Value container);
  void close();
  void add(json::Value value);

  json::Document document_;
  std::vector<Level> levels_;
  std::size_t count_ = 0;
};

}  // namespace collet::skill_files
