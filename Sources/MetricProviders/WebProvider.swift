package import AnalysisCore
package import HTTPTransport
import Primitives

/// Any HTTP endpoint: its answer, or the part of it that a JSON path names, is the value.
package enum WebProvider {
  static func measure(_ query: WebQuery, context: ProviderContext) async -> ProviderAnswer {
    await context.ask("web", authentication: query.authentication) { () throws(ProviderFailure) in
      try request(for: query)
    } read: {
      answer(from: $0, jsonPath: query.jsonPath)
    }
  }

  /// The request for a query; no I/O.
  package static func request(for query: WebQuery) throws(ProviderFailure) -> HTTPRequest {
    let lowercase = query.url.lowercased()
    guard lowercase.hasPrefix("http://") || lowercase.hasPrefix("https://") else {
      throw ProviderFailure("\"\(query.url)\" is no http or https URL")
    }
    guard ["GET", "POST", "PUT"].contains(query.method) else {
      throw ProviderFailure("the method \(query.method) is not GET, POST or PUT")
    }
    guard query.body.isEmpty || query.jsonBody == nil else {
      throw ProviderFailure("both body and jsonBody are given")
    }
    guard query.method != "GET" || (query.body.isEmpty && query.jsonBody == nil) else {
      throw ProviderFailure("a GET has no body")
    }
    // A path that cannot be read is known before anybody is asked.
    do throws(JSONPathError) {
      _ = try JSONPath(parsing: query.jsonPath)
    } catch {
      throw ProviderFailure("jsonPath \"\(query.jsonPath)\": \(error)")
    }
    var request = try ProviderRequest.make(
      method: query.method,
      url: query.url,
      headers: query.headers,
      authentication: query.authentication,
      timeout: .seconds(query.timeoutSeconds),
      insecure: query.insecure
    )
    if let body = query.jsonBody {
      request.headers.set("Content-Type", "application/json")
      request.body = body.bytes()
    } else {
      request.body = Array(query.body.utf8)
    }
    return request
  }

  /// Reads an answer: the first match of the path in a JSON body, or all the text when no path into it is asked for.
  ///
  /// Another status than 2xx, an empty body, a path that leads nowhere, and a body that is no JSON where a path
  /// leads into it are errors: a page to sign in must not pass for a measurement.
  package static func answer(from response: HTTPResponse, jsonPath: String) -> ProviderAnswer {
    let excerpt = ProviderRequest.excerpt(response.body)
    guard (200..<300).contains(response.status) else {
      let words = excerpt.isEmpty ? "an empty body" : excerpt
      return ProviderAnswer(error: "the server answered \(response.status) with \(words)")
    }
    guard !excerpt.isEmpty else {
      return ProviderAnswer(error: "the server answered \(response.status) with an empty body")
    }
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: response.body)
    } catch {
      guard ["", "$", "{$}", "{}"].contains(jsonPath) else {
        return ProviderAnswer(error: "the server answered \(response.status) with no JSON: \(excerpt)")
      }
      return ProviderAnswer(value: .text(String(decoding: response.body, as: UTF8.self)))
    }
    do throws(JSONPathError) {
      return ProviderAnswer(value: .json(try JSONPath(parsing: jsonPath).first(in: json)))
    } catch {
      return ProviderAnswer(error: "\(error) in the answer: \(excerpt)")
    }
  }
}
