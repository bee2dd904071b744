import KubeModel
import Primitives

/// Makes pods from the templates of their owners.
enum PodTemplate {
  /// A pod of the owner's `spec.template`, named after the owner with a random suffix.
  static func pod(from owner: JSONValue, owner reference: JSONValue) -> JSONValue {
    let template = owner.spec["template"] ?? .object([:])
    // As kube-controller-manager does: long names are cut, so that the suffix fits into 63 characters.
    let prefix = owner.name.count < 58 ? owner.name + "-" : String(owner.name.prefix(57)) + "-"
    var metadata: JSONValue = [
      "generateName": .string(prefix),
      "namespace": .string(owner.namespace),
      "ownerReferences": .array([reference]),
    ]
    metadata["labels"] = template.at("metadata", "labels")
    metadata["annotations"] = template.at("metadata", "annotations")
    metadata["finalizers"] = template.at("metadata", "finalizers")
    return [
      "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"] ?? .object([:]),
      "status": ["phase": "Pending"],
    ]
  }

  /// A short hash of a template in letters that Kubernetes uses for names; equal templates have equal hashes.
  static func hash(_ template: JSONValue, collisions: Int = 0) -> String {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325 &+ UInt64(collisions)
    for byte in template.bytes() { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    var text = ""
    for _ in 0..<9 {
      text.append(letters[Int(state % UInt64(letters.count))])
      state /= UInt64(letters.count)
    }
    return text
  }
}
