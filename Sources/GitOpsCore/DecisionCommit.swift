package import KubeModel
import Primitives

/// The message of the commit that records a decision.
package enum DecisionCommit {
  /// Subject, body and trailers, with a line end after the last.
  ///
  /// - Parameters:
  ///   - decision: What was decided.
  ///   - manifest: What became of the Rollout's manifest.
  ///   - notes: Further sentences for the body.
  /// - Returns: Text for Git, ready to be committed.
  package static func message(
    for decision: Decision,
    manifest: DecisionOutcome.ManifestEdit,
    notes: [String] = []
  ) -> String {
    var paragraphs = [subject(of: decision, manifest: manifest)]
    var sentences: [String] = []
    if !decision.reason.isEmpty { sentences.append(sentence(decision.reason)) }
    switch manifest {
    case .restore(let changes, let file):
      let fields = changes.map(\.pathText).joined(separator: ", ")
      sentences.append(sentence("Restored in \(file): \(fields)"))
    case .unchanged(let reason):
      if let reason { sentences.append(sentence(reason)) }
    }
    sentences += notes.map(sentence)
    if !sentences.isEmpty { paragraphs.append(sentences.map { wrap($0) }.joined(separator: "\n\n")) }
    if !decision.measurements.isEmpty {
      paragraphs.append(list("Measurements:", decision.measurements))
    }
    let images = imageLines(decision)
    if !images.isEmpty { paragraphs.append(list("Images:", images)) }
    paragraphs.append(trailers(decision))
    return paragraphs.joined(separator: "\n\n") + "\n"
  }

  /// The message of the commit that lets an image in again which a release was aborted for.
  ///
  /// - Parameters:
  ///   - entry: What the lock has of it.
  ///   - rollout: The Rollout that may run it again.
  ///   - person: Who asks for it.
  ///   - reason: Why; may be empty.
  /// - Returns: Text for Git, ready to be committed.
  package static func message(
    releasing entry: LockRecord.Quarantined,
    for rollout: ObjectKey,
    by person: String,
    reason: String = ""
  ) -> String {
    let names = [entry.image, tag(of: entry.image)].map { "Release \($0) for \(rollout)" }
    let subject = names.first { $0.count < 72 } ?? "Release an image for \(rollout.name)"
    let since = entry.since.map { " since \($0.rfc3339)" } ?? ""
    let why = entry.reason.isEmpty ? "" : ": \(entry.reason)"
    let sentences = [reason, "In quarantine\(since)\(why)"].filter { !$0.isEmpty }
      .map { wrap(sentence($0)) }
    let trailers = [
      ("Serin-Rollout", rollout.description), ("Serin-Decision", "release"), ("Serin-Decided-By", person),
    ]
    return ([subject] + sentences + [list(trailers)]).joined(separator: "\n\n") + "\n"
  }

  /// The subject line, shorter than 72 characters.
  static func subject(of decision: Decision, manifest: DecisionOutcome.ManifestEdit) -> String {
    let new = version(decision.newImages, besides: decision.oldImages) ?? "revision \(decision.revision)"
    let old = version(decision.oldImages, besides: decision.newImages) ?? "the stable revision"
    let candidates =
      switch (decision.kind, manifest) {
      case (.promote, _):
        [
          "Promote \(decision.rollout) to \(new)", "Promote \(decision.rollout)",
          "Promote \(decision.rollout.name)",
        ]
      case (.abort, .restore):
        [
          "Abort \(decision.rollout) at \(new), restore \(old)", "Abort \(decision.rollout), restore \(old)",
          "Abort \(decision.rollout)", "Abort \(decision.rollout.name)",
        ]
      case (.abort, .unchanged):
        [
          "Abort \(decision.rollout) at \(new)", "Abort \(decision.rollout)",
          "Abort \(decision.rollout.name)",
        ]
      }
    return candidates.first { $0.count < 72 } ?? "\(candidates[candidates.count - 1].prefix(70))…"
  }

  /// What people call a set of images: the tags of those that differ from the others.
  static func version(_ images: [String: String], besides others: [String: String]) -> String? {
    let changed = images.filter { others[$0.key] != $0.value }.sorted { $0.key < $1.key }
    guard !changed.isEmpty else { return nil }
    var tags: [String] = []
    for tag in changed.map({ tag(of: $0.value) }) where !tags.contains(tag) { tags.append(tag) }
    return tags.joined(separator: ", ")
  }

  /// The tag of an image; of a digest the first twelve digits, of a bare name the name.
  static func tag(of image: String) -> String {
    let name = image.split(separator: "/").last ?? ""
    if let at = name.lastIndex(of: "@") {
      let tagged = name[..<at]
      if let colon = tagged.lastIndex(of: ":") { return String(tagged[tagged.index(after: colon)...]) }
      let digest = name[name.index(after: at)...]
      return String(digest.prefix(digest.prefix { $0 != ":" }.count + 13))
    }
    guard let colon = name.lastIndex(of: ":") else { return String(name) }
    return String(name[name.index(after: colon)...])
  }

  private static func imageLines(_ decision: Decision) -> [String] {
    Set(decision.oldImages.keys).union(decision.newImages.keys).sorted().compactMap { container in
      let old = decision.oldImages[container]
      let new = decision.newImages[container]
      guard old != new else { return nil }
      let (from, to) = decision.kind == .promote ? (old, new) : (new, old)
      return "\(container): \(from ?? "none") -> \(to ?? "none")"
    }
  }

  private static func trailers(_ decision: Decision) -> String {
    list([
      ("Serin-Rollout", decision.rollout.description), ("Serin-Decision", decision.kind.rawValue),
      ("Serin-Step", decision.step), ("Serin-Source-Commit", decision.sourceCommit),
      ("Serin-Decided-By", decision.decidedBy), ("Serin-Id", decision.id),
    ])
  }

  private static func list(_ trailers: [(String, String)]) -> String {
    trailers.filter { !$0.1.isEmpty }.map { "\($0.0): \(oneLine($0.1))" }.joined(separator: "\n")
  }

  private static func list(_ title: String, _ lines: [String]) -> String {
    ([title] + lines.map { wrap("- " + oneLine($0), indent: "  ") }).joined(separator: "\n")
  }

  /// The text on one line, beginning with a capital letter and ending with a full stop.
  private static func sentence(_ text: String) -> String {
    let line = oneLine(text)
    let ends = line.last.map { ".!?:…".contains($0) } ?? true
    return line.prefix(1).uppercased() + line.dropFirst() + (ends ? "" : ".")
  }

  /// Lines of at most 72 characters; a longer word stands alone.
  private static func wrap(_ text: String, indent: String = "") -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.isEmpty {
        line = String(word)
      } else if line.count + 1 + word.count <= 72 {
        line += " \(word)"
      } else {
        lines.append(line)
        line = indent + word
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
