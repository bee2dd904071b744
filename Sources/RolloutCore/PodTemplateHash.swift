package import Primitives

/// The hash that names a revision: FNV-1a over the canonical JSON of the pod template, in Kubernetes' safe alphabet.
///
/// Equal templates always hash alike. The digits differ from those of other controllers for the same template, so a
/// revision is looked up by its template too before a new one is made (see ``Revisions``).
package func podTemplateHash(of template: JSONValue, collisionCount: Int? = nil) -> String {
  var hash: UInt32 = 2_166_136_261
  var bytes = template.bytes()
  if let collisionCount {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: collisionCount).littleEndian) {
      bytes.append(contentsOf: $0)
    }
  }
  for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
  let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
  return String(String(hash).utf8.map { alphabet[Int($0) % alphabet.count] })
}
