import AnalysisCore
package import HTTPTransport
import Primitives

extension ProviderContext {
  /// Sends one request and reads its answer; every failure says whom it asked for what.
  ///
  /// `statusOfBadQuestions` is one that the server gives when it cannot work out the question, though it is from 500 on.
  func ask(
    _ name: String,
    authentication: ProviderAuthentication = .none,
    statusOfBadQuestions: Int? = nil,
    build: () throws(ProviderFailure) -> HTTPRequest,
    read: (HTTPResponse) -> ProviderAnswer
  ) async -> ProviderAnswer {
    do throws(ProviderFailure) {
      let request = try build()
      let response = try await send(request, authentication: authentication)
      let answer = read(response)
      guard let error = answer.error else { return answer }
      let isOutage = answer.isOutage || response.saysOutage && response.status != statusOfBadQuestions
      let failure = ProviderFailure("\(request.summary): \(error)", isOutage: isOutage)
      return ProviderAnswer(failure, asking: name, metadata: answer.metadata)
    } catch {
      return ProviderAnswer(error, asking: name)
    }
  }

  /// Sends one request and reads its answer as part of a longer conversation; a failure names the request.
  func exchange<Value>(
    _ request: HTTPRequest,
    read: (HTTPResponse) throws(ProviderFailure) -> Value
  ) async throws(ProviderFailure) -> Value {
    let response = try await send(request, authentication: .none)
    do throws(ProviderFailure) {
      return try read(response)
    } catch {
      throw ProviderFailure(
        "\(request.summary): \(error)",
        isOutage: error.isOutage || response.saysOutage
      )
    }
  }

  /// Sends a request as its authentication says; a token that was refused is fetched anew, once.
  func send(
    _ request: HTTPRequest,
    authentication: ProviderAuthentication
  ) async throws(ProviderFailure) -> HTTPResponse {
    switch authentication {
    case .none, .basic, .bearer, .unsupported: return try await send(request)
    case .sigv4(let identity): return try await send(try await signed(request, as: identity))
    case .oauth2(let oauth2):
      let purpose = ProviderSession.Purpose.oauth2(oauth2)
      if case .token(let token) = session.secret(for: purpose, now: now) {
        let response = try await send(request.bearing(token))
        guard response.status == 401 else { return response }
        session.forget(purpose)
      }
      let token = try await fetchToken(for: oauth2, like: request)
      return try await send(request.bearing(token))
    }
  }

  /// Sends a request as it is.
  func send(_ request: HTTPRequest) async throws(ProviderFailure) -> HTTPResponse {
    do throws(HTTPError) {
      return try await client.send(request)
    } catch {
      throw ProviderFailure(error.description, isOutage: error.isOutage)
    }
  }
}

extension HTTPError {
  /// Whether nobody answered, as opposed to an answer that nobody can read.
  package var isOutage: Bool {
    switch kind {
    case .timedOut, .cannotConnect, .cannotResolve, .connectionLost, .cancelled, .stopped: true
    case .tls, .tooLarge, .tooManyRedirects, .protocolError, .badRequest: false
    }
  }
}

extension HTTPResponse {
  /// Whether the server says that it cannot answer anybody now: 429, or a status from 500 on.
  package var saysOutage: Bool { status == 429 || status >= 500 }
}

extension HTTPRequest {
  fileprivate func bearing(_ token: String) -> HTTPRequest {
    var copy = self
    copy.headers.set("Authorization", "Bearer \(token)")
    return copy
  }
}
