import Primitives

/// The inverse of a release's own edits: what puts the stable values back without touching anyone else's work.
enum ReleaseInverse: Equatable {
  /// These changes put the stable values back.
  case changes([FieldChange])
  /// Nothing to do: the manifest already holds the stable values.
  case alreadyStable
  /// A person changed these fields since; none of the manifest may be touched.
  case changedSince([[PathElement]])

  /// Compares three versions of a Rollout's `spec.template`.
  ///
  /// - Parameters:
  ///   - base: The template of the stable revision.
  ///   - release: The template that the release brought.
  ///   - tip: The template as the branch has it now.
  ///   - baseIsLive: Whether the base was read from the cluster, where defaults were filled in that no manifest has.
  init(base: JSONValue, release: JSONValue, tip: JSONValue, baseIsLive: Bool) {
    var changes: [FieldChange] = []
    var foreign: [[PathElement]] = []
    for path in FieldDifference.paths(base, release) {
      let stable = base.at(path)
      if baseIsLive, release.at(path) == nil, LiveDefaults.isDefault(path) { continue }
      let current = tip.at(path)
      if current == release.at(path), Self.hasParent(path, in: tip) {
        changes.append(FieldChange(path: [.key("spec"), .key("template")] + path, value: stable))
      } else if current != stable {
        foreign.append([.key("spec"), .key("template")] + path)
      }
    }
    if !foreign.isEmpty {
      self = .changedSince(foreign)
    } else {
      self = changes.isEmpty ? .alreadyStable : .changes(changes)
    }
  }

  /// A field can only be put back where what held it still stands.
  private static func hasParent(_ path: [PathElement], in tip: JSONValue) -> Bool {
    tip.at(path.dropLast()) != nil
  }
}

/// Fields that a cluster adds to a pod template by itself.
enum LiveDefaults {
  private static let keys: Set<String> = [
    "creationTimestamp", "dnsPolicy", "restartPolicy", "schedulerName", "securityContext",
    "terminationGracePeriodSeconds", "terminationMessagePath", "terminationMessagePolicy", "imagePullPolicy",
    "resources", "protocol", "failureThreshold", "periodSeconds", "successThreshold", "timeoutSeconds",
    "scheme", "apiVersion", "defaultMode", "rollouts-pod-template-hash",
  ]

  /// Whether a field that only the cluster has may be a default rather than something the release removed.
  static func isDefault(_ path: [PathElement]) -> Bool {
    guard case .key(let key)? = path.last else { return false }
    return keys.contains(key)
  }
}
