import HTTPTransport

extension KubeClient {
  /// The answer of a refused watch, whose body is short; a body that cannot be read is left out, as the status alone
  /// tells what to do.
  func wholeAnswer(_ stream: HTTPStream, _ request: KubeRequest) async throws(KubeError) -> HTTPResponse {
    let body: [UInt8]
    do throws(HTTPError) {
      body = try await stream.body.collect(upTo: 1 << 20)
    } catch {
      throw KubeError(attempt: "\(request.attempt) (answered \(stream.status))", transport: error)
    }
    return HTTPResponse(status: stream.status, headers: stream.headers, body: body)
  }
}
