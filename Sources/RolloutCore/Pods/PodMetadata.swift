import KubeModel
import Primitives

/// Labels and annotations that pods carry for as long as their revision has a part in a release
/// (reference, section 2.13).
struct PodMetadata: Equatable {
  var labels: [String: String]
  var annotations: [String: String]

  init(_ value: JSONValue?) {
    labels = value?["labels"]?.strings ?? [:]
    annotations = value?["annotations"]?.strings ?? [:]
    labels[RolloutNames.podTemplateHash] = nil
  }

  /// As recorded in an annotation of a ReplicaSet; empty when the annotation is absent or cannot be read.
  init(annotation name: String, of set: JSONValue) {
    self.init(set.annotation(name).flatMap { try? JSONValue(parsing: Array($0.utf8)) })
  }

  var isEmpty: Bool { labels.isEmpty && annotations.isEmpty }

  /// The text for an annotation; nil when there is nothing to record.
  var recorded: JSONValue? {
    guard !isEmpty else { return nil }
    var value = JSONValue.object([:])
    if !labels.isEmpty { value["labels"] = JSONValue(labels) }
    if !annotations.isEmpty { value["annotations"] = JSONValue(annotations) }
    return .string(value.text())
  }

  /// Both together; where they disagree, the values of the other one.
  func merging(_ other: PodMetadata) -> PodMetadata {
    var merged = self
    merged.labels.merge(other.labels) { $1 }
    merged.annotations.merge(other.annotations) { $1 }
    return merged
  }

  /// The values at the same keys in a template's or a pod's metadata.
  func values(in metadata: JSONValue?) -> PodMetadata {
    let live = PodMetadata(metadata)
    var values = self
    values.labels = live.labels.filter { labels[$0.key] != nil }
    values.annotations = live.annotations.filter { annotations[$0.key] != nil }
    return values
  }
}

extension JSONValue {
  /// Sets the keys of one metadata value in the object's own, or removes them.
  mutating func write(_ metadata: PodMetadata, removing: Bool = false, at path: String...) {
    for (key, value) in metadata.labels {
      set(removing ? nil : .string(value), at: (path + ["labels", key])[...])
    }
    for (key, value) in metadata.annotations {
      set(removing ? nil : .string(value), at: (path + ["annotations", key])[...])
    }
    for field in ["labels", "annotations"] where at(path + [field]) == .object([:]) {
      set(nil, at: (path + [field])[...])
    }
  }
}
