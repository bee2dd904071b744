import GitStore
import KubeModel
import Primitives

/// A decision as its commit tells it.
struct DecisionRecord: Sendable, Hashable {
  let when: Instant
  /// As `namespace/name`.
  let rollout: String
  /// Such as `promote` or `abort`.
  let decision: String
  /// Such as `3/6`; empty when the strategy has none.
  let step: String
  let by: String
  let commit: GitCommitID
  /// Why, in one line; empty when the commit gives no reason.
  let reason: String
  /// The idempotency key of the decision.
  let id: String
  /// The commit that brought the release.
  let sourceCommit: String

  /// Reads a commit; nil when it records no decision.
  init?(commit: GitCommitID, author: GitSignature, message: String) {
    let trailers = GitTrailers(parsing: message)
    guard let rollout = trailers["Serin-Rollout"], let decision = trailers["Serin-Decision"] else {
      return nil
    }
    when = author.when
    self.rollout = rollout
    self.decision = decision
    step = trailers["Serin-Step"] ?? ""
    by = trailers["Serin-Decided-By"] ?? author.name
    self.commit = commit
    reason = Self.reason(in: message)
    id = trailers["Serin-Id"] ?? ""
    sourceCommit = trailers["Serin-Source-Commit"] ?? ""
  }

  /// Whether the decision is about a Rollout, given as `name` or `namespace/name`.
  func isAbout(_ name: String?, namespace: String?) -> Bool {
    let parts = rollout.split(separator: "/", maxSplits: 1).map(String.init)
    if let namespace, parts.count == 2, parts[0] != namespace { return false }
    guard let name else { return true }
    return rollout == name || parts.last == name
  }

  var json: JSONValue {
    [
      "when": .string(when.rfc3339), "rollout": .string(rollout), "decision": .string(decision),
      "step": .string(step), "by": .string(by), "commit": .string(commit.hex), "reason": .string(reason),
      "id": .string(id), "sourceCommit": .string(sourceCommit),
    ]
  }

  /// The first sentence of the body, unless the body begins with one of the lists and notes that follow a reason.
  private static func reason(in message: String) -> String {
    let lines = message.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let body = lines.drop { $0.isEmpty }.dropFirst().drop { $0.isEmpty }
    let paragraph = body.prefix { !$0.isEmpty }
    guard let first = paragraph.first else { return "" }
    let others = ["Measurements:", "Images:", "Restored in ", "Serin-"]
    return others.contains { first.hasPrefix($0) } ? "" : paragraph.joined(separator: " ")
  }
}
