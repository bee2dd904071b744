import KubeModel
package import Primitives

/// `spec.strategy.blueGreen` (reference, section 1.2).
package struct BlueGreenStrategy: Sendable, Hashable {
  package let activeService: String
  package let previewService: String?
  package let previewReplicaCount: Int?
  package let promotesAutomatically: Bool
  package let autoPromotionDelay: Duration
  /// How many pods a restart may take away at once.
  package let maxUnavailable: IntOrPercent
  package let scaleDownDelay: Duration
  /// Whether the delay is written in the spec: without it an old revision outlives the analysis after the promotion.
  package let hasScaleDownDelay: Bool
  /// How many old ReplicaSets may wait for their delay at once; nil for any number.
  package let scaleDownDelayRevisionLimit: Int?
  /// Nil keeps an aborted preview for ever.
  package let abortScaleDownDelay: Duration?
  package let prePromotionAnalysis: JSONValue?
  package let postPromotionAnalysis: JSONValue?
  package let antiAffinity: JSONValue?
  /// Labels and annotations that the pods of a revision carry while it is previewed, and while it is active.
  package let previewMetadata: JSONValue?
  package let activeMetadata: JSONValue?

  init(_ value: JSONValue) {
    activeService = value["activeService"]?.string ?? ""
    previewService = value["previewService"]?.string
    previewReplicaCount = value["previewReplicaCount"]?.int32
    promotesAutomatically = value["autoPromotionEnabled"]?.bool ?? true
    autoPromotionDelay = .seconds(value["autoPromotionSeconds"]?.int32 ?? 0)
    maxUnavailable = value["maxUnavailable"].flatMap { IntOrPercent($0) } ?? .percent(25)
    let delay = value["scaleDownDelaySeconds"]?.int32
    hasScaleDownDelay = delay != nil
    scaleDownDelay = .seconds(delay ?? 30)
    scaleDownDelayRevisionLimit = value["scaleDownDelayRevisionLimit"]?.int32
    let abortDelay = value["abortScaleDownDelaySeconds"]?.int32 ?? 30
    abortScaleDownDelay = abortDelay == 0 ? nil : .seconds(abortDelay)
    prePromotionAnalysis = value["prePromotionAnalysis"]
    postPromotionAnalysis = value["postPromotionAnalysis"]
    antiAffinity = value["antiAffinity"]
    previewMetadata = value["previewMetadata"]
    activeMetadata = value["activeMetadata"]
  }
}
