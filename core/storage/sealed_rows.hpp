// All stored texts that may hold sealed secrets, for jobs that seal them anew.
#pragma once
#include <functional>
#include <string>

#include "base/result.hpp"
#include "storage/session.hpp"

namespace collet::storage::sealed_rows {

/// Gets a row's key (a document's name, a conversation's id) and text, returns the text it shall have.
using Change = std::function<Result<std::string>(const std::string& key, const std::string& body)>;

/// Changes every document; stops at the first error. Run it inside a job of the writer.
Result<void> change_documents(Session& session, const Change& change);
/// The same for the rows of conversations.
Result<void> change_conversations(Session& session, const Change& change);

}  // namespace collet::storage::sealed_rows
