package import Primitives

/// The hash that names a revision: the digits that Argo Rollouts since 1.9 has for the same pod template (reference,
/// section 0.4), so that both find each other's ReplicaSets.
package func podTemplateHash(of template: JSONValue, collisionCount: Int? = nil) -> String {
  hash(of: template, collisionCount, for: .hash)
}

/// The hash that Argo Rollouts up to 1.8 has for a pod template.
package func podTemplateHashBefore19(of template: JSONValue, collisionCount: Int? = nil) -> String {
  hash(of: template, collisionCount, for: .hashBefore19)
}

/// The hash by which changed steps are noticed: Argo Rollouts' digits for the same steps, which are JSON's null when
/// there are none (reference, section 0.4). Our spelling `analyze` counts as `analysis`.
package func stepHash(of steps: JSONValue) -> String {
  let steps = steps.array ?? []
  guard !steps.isEmpty else { return safeHash("null".utf8) }
  var bytes = [UInt8(ascii: "[")]
  for (index, step) in steps.enumerated() {
    var step = step
    if step["analysis"] == nil, let analysis = step["analyze"] { step["analysis"] = analysis }
    if index > 0 { bytes.append(UInt8(ascii: ",")) }
    bytes += GoEncoder.bytes(of: step, as: "CanaryStep", in: CanaryStepTypes.all, for: .hash)
  }
  bytes.append(UInt8(ascii: "]"))
  return safeHash(bytes)
}

private func hash(of template: JSONValue, _ collisionCount: Int?, for purpose: GoEncoder.Purpose) -> String {
  var bytes = GoEncoder.bytes(of: template, as: "PodTemplateSpec", in: PodTypes.all, for: purpose)
  if let collisionCount {
    let count = UInt32(truncatingIfNeeded: collisionCount)
    // Eight bytes, of which the upper four stay zero.
    bytes += (0..<8).map { $0 < 4 ? UInt8(truncatingIfNeeded: count >> (8 * $0)) : 0 }
  }
  return safeHash(bytes)
}

/// FNV-1a in decimal digits, spelled in Kubernetes' alphabet that forms no words.
func safeHash(_ bytes: some Sequence<UInt8>) -> String {
  var hash: UInt32 = 2_166_136_261
  for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
  return String(decoding: String(hash).utf8.map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
}

private let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
