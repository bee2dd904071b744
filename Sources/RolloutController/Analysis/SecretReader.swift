import AnalysisCore
import KubeClient
import KubeModel
import Primitives

/// Reads what arguments and providers need of Secrets, at each measurement anew.
struct SecretReader: Sendable {
  /// A Secret, or a key of one, that an argument names and that is not there; one line.
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  let client: KubeClient

  /// The values of the keys.
  func values(
    of references: [SecretKeyReference],
    namespace: String
  ) async throws(KubeError) -> Result<[SecretKeyReference: String], Missing> {
    var values: [SecretKeyReference: String] = [:]
    for reference in references {
      guard let data = try await data(of: reference.name, namespace: namespace) else {
        return .failure(Missing(description: "there is no Secret \(namespace)/\(reference.name) to be read"))
      }
      guard let value = data[reference.key] else {
        let name = "\(namespace)/\(reference.name)"
        return .failure(Missing(description: "Secret \(name) has no readable key \"\(reference.key)\""))
      }
      values[reference] = value
    }
    return .success(values)
  }

  /// The decoded data of a Secret; nil when there is none or when it may not be read.
  func data(of name: String, namespace: String) async throws(KubeError) -> [String: String]? {
    let secret: JSONValue
    do throws(KubeError) {
      secret = try await client.get(.secrets, namespace: namespace, name: name)
    } catch {
      guard error.code == .notFound || error.code == .forbidden else { throw error }
      return nil
    }
    return (secret["data"]?.object ?? [:]).compactMapValues { encoded in
      encoded.string.flatMap { Base64.decode($0) }.map { String(decoding: $0, as: UTF8.self) }
    }
  }
}
