// The models of the API: what bodies may hold, and what answers do. Those of requests are checked against
// these tables; all are shown in /openapi.json.
#pragma once
#include <span>

#include "api/schema.hpp"

namespace collet::api {

inline constexpr std::string_view kStatuses =
    "idle|running|paused|waiting_for_confirmation|finished|error|stuck|deleting";

// Bodies of requests.
extern const Schema kConfirmationResponseRequest;
extern const Schema kEventIds;
extern const Schema kInitRequest;
extern const Schema kMcpServer;
extern const Schema kMcpServerPatch;
extern const Schema kSecretCreateRequest;
extern const Schema kUpdateSecretsRequest;
extern const Schema kSendMessageRequest;
extern const Schema kSetConfirmationPolicyRequest;
extern const Schema kSetSecurityAnalyzerRequest;
extern const Schema kSettingsUpdateRequest;
extern const Schema kStartConversationRequest;
extern const Schema kUpdateConversationRequest;

// Answers.
extern const Schema kAgentResponseResult;
extern const Schema kConversationInfo;
extern const Schema kConversationPage;
extern const Schema kConversations;
extern const Schema kCount;
extern const Schema kDeleted;
extern const Schema kEvent;
extern const Schema kEventPage;
extern const Schema kEvents;
extern const Schema kHealthStatus;
extern const Schema kHttpValidationError;
extern const Schema kInitStatus;
extern const Schema kReadiness;
extern const Schema kSecretItemResponse;
extern const Schema kSecretsListResponse;
extern const Schema kServerInfo;
extern const Schema kSettingsResponse;
extern const Schema kSettingsSchema;
extern const Schema kSuccess;

/// All that have a name: those of settings and secrets, and the others.
std::span<const Schema* const> named_settings_models();
std::span<const Schema* const> named_models();

}  // namespace collet::api
