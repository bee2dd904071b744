import HTTPTransport
import Primitives

/// Answers in GraphQL's envelope.
enum GraphQL {
  /// The `data` of an answer; errors beside it make all of it a failure, since what is there may be half.
  static func data(of response: HTTPResponse) throws(ProviderFailure) -> JSONValue {
    let json = try ProviderRequest.json(of: response)
    let errors = json["errors"]?.array ?? []
    if !errors.isEmpty {
      let words = errors.prefix(3).map { $0["message"]?.string ?? $0.text() }.joined(separator: "; ")
      throw ProviderFailure("the server answered: \(ProviderRequest.excerpt(Array(words.utf8)))")
    }
    guard let data = json["data"], data.object != nil else {
      throw ProviderFailure("the answer has no data: \(ProviderRequest.excerpt(response.body))")
    }
    return data
  }
}
