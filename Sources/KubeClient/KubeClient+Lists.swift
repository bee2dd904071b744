import HTTPTransport
package import KubeModel
import Primitives

extension KubeClient {
  /// Reads all objects in pages of the limit.
  ///
  /// When the continue token expires in the middle, the list starts over; after three such starts the error is `gone`.
  package func list(
    _ type: ResourceType,
    namespace: String? = nil,
    selector: LabelSelector? = nil,
    fieldQuery: String = "",
    limit: Int = 500
  ) async throws(KubeError) -> KubeList {
    let scope = ListScope(
      namespace: namespace,
      labelQuery: selector?.queryText ?? "",
      fieldQuery: fieldQuery
    )
    var startsLeft = 3
    while true {
      do throws(KubeError) {
        return try await allPages(type, scope: scope, limit: limit)
      } catch {
        startsLeft -= 1
        guard error.code == .gone, startsLeft > 0 else { throw error }
      }
    }
  }

  /// Reads one page; an expired continue token is `gone`.
  package func page(
    _ type: ResourceType,
    scope: ListScope,
    limit: Int,
    continueToken: String = ""
  ) async throws(KubeError) -> KubePage {
    let request = KubeRequest.list(type, scope: scope, limit: limit, continueToken: continueToken)
    guard let page = KubePage(try await send(request)) else {
      throw KubeError(.other, "\(request.attempt): the answer is no list")
    }
    return page
  }

  private func allPages(
    _ type: ResourceType,
    scope: ListScope,
    limit: Int
  ) async throws(KubeError) -> KubeList {
    var page = try await page(type, scope: scope, limit: limit)
    var list = KubeList(items: page.items, resourceVersion: page.resourceVersion)
    while !page.continueToken.isEmpty {
      page = try await self.page(type, scope: scope, limit: limit, continueToken: page.continueToken)
      list.items += page.items
      if !page.resourceVersion.isEmpty { list.resourceVersion = page.resourceVersion }
    }
    return list
  }

  /// Opens a stream of the changes after a resource version, with bookmarks.
  ///
  /// The server ends the stream after `timeout`; a server that says nothing for a minute longer counts as gone. A
  /// resource version that is too old is thrown as `gone` here, or arrives as an `error` event.
  package func watch(
    _ type: ResourceType,
    namespace: String? = nil,
    selector: LabelSelector? = nil,
    fieldQuery: String = "",
    resourceVersion: String,
    timeout: Duration = .seconds(300)
  ) async throws(KubeError) -> WatchStream {
    let scope = ListScope(
      namespace: namespace,
      labelQuery: selector?.queryText ?? "",
      fieldQuery: fieldQuery
    )
    return try await watch(type, scope: scope, resourceVersion: resourceVersion, timeout: timeout)
  }

  /// Opens a stream of the changes in the scope; see the form with a namespace and a selector.
  package func watch(
    _ type: ResourceType,
    scope: ListScope,
    resourceVersion: String,
    timeout: Duration = .seconds(300)
  ) async throws(KubeError) -> WatchStream {
    let request = KubeRequest.watch(type, scope: scope, resourceVersion: resourceVersion, timeout: timeout)
    count(request)
    let stream = try await connection.stream(
      request,
      headTimeout: deadline,
      idleTimeout: timeout + .seconds(60)
    )
    guard stream.status < 400 else {
      throw KubeError(attempt: request.attempt, response: try await wholeAnswer(stream, request))
    }
    return WatchStream(body: stream.body, attempt: request.attempt)
  }
}
