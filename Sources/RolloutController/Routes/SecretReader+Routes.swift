import KubeClient
import RouteProviders

extension SecretReader {
  /// The value of a key, without the line end that editors leave.
  @Sendable func routeSecret(namespace: String, name: String, key: String) async -> Result<
    String, RouteFailure
  > {
    do throws(KubeError) {
      guard let data = try await data(of: name, namespace: namespace) else {
        return .failure(
          RouteFailure(.refused, "there is no Secret \(namespace)/\(name) that may be read")
        )
      }
      guard let value = data[key]?.split(whereSeparator: \.isNewline).first, !value.isEmpty else {
        return .failure(RouteFailure(.refused, "Secret \(namespace)/\(name) has no key \"\(key)\""))
      }
      return .success(String(value))
    } catch {
      return .failure(RouteFailure(.unreachable, error.message))
    }
  }
}
