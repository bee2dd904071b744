/// The annotations that Serin puts on the objects it applies from Git.
package enum SourceAnnotation {
  /// The GitSource an object came from, as `namespace/name`; on every applied object.
  package static let source = "serin.dev/source"
  /// A digest of the manifest as last applied, so that removed fields are noticed; on every applied object.
  package static let digest = "serin.dev/applied-digest"
  /// The commit at which a Rollout's manifest last changed its meaning; on Rollouts.
  package static let commit = "serin.dev/source-commit"
  /// The file a Rollout came from, in the repository; on Rollouts.
  package static let file = "serin.dev/source-file"
}
