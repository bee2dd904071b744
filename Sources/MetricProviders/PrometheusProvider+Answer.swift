import AnalysisCore
package import HTTPTransport
import Primitives

extension PrometheusProvider {
  /// Reads an answer: a scalar is a number, a vector a list, a matrix a flattened list; NaN and infinities stay.
  ///
  /// Everything else is an error with the server's own words where it has some. A vector without samples is an empty
  /// list, about which the metric's conditions decide.
  package static func answer(from response: HTTPResponse) -> ProviderAnswer {
    let isSuccess = (200..<300).contains(response.status)
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: response.body)
    } catch {
      let excerpt = ProviderRequest.excerpt(response.body)
      let what = response.body.isEmpty ? "an empty body" : isSuccess ? "no JSON: \(excerpt)" : excerpt
      return ProviderAnswer(error: "the server answered \(response.status) with \(what)")
    }
    let warnings = (json["warnings"]?.array ?? []).compactMap(\.string)
    let metadata = warnings.isEmpty ? [:] : ["warnings": warnings.map { "\"\($0)\"" }.joined(separator: ", ")]
    guard isSuccess, json["status"] == "success" else {
      return ProviderAnswer(error: refusal(json, response), metadata: metadata)
    }
    do throws(ProviderFailure) {
      // Servers that ask others in turn warn when one of them was silent; remarks on the query itself are no such thing.
      let shortfall = warnings.first { !$0.hasPrefix("PromQL ") }
      return ProviderAnswer(value: try value(of: json["data"]), metadata: metadata, shortfall: shortfall)
    } catch {
      return ProviderAnswer(error: "the server answered with \(error)", metadata: metadata)
    }
  }

  private static func refusal(_ json: JSONValue, _ response: HTTPResponse) -> String {
    let type = json["errorType"]?.string.map { " \($0)" } ?? ""
    let words = json["error"]?.string ?? ProviderRequest.excerpt(response.body)
    return "the server answered \(response.status)\(type): \(words)"
  }

  private static func value(of data: JSONValue?) throws(ProviderFailure) -> MetricValue {
    guard let data, let type = data["resultType"]?.string, let result = data["result"] else {
      throw ProviderFailure("no result")
    }
    switch type {
    case "scalar": return .number(try number(of: result, type))
    case "vector":
      var numbers: [Double] = []
      for series in try list(result, type) {
        numbers.append(try number(of: series["value"], type, in: series))
      }
      return .list(numbers)
    case "matrix":
      var numbers: [Double] = []
      for series in try list(result, type) {
        guard let samples = series["values"]?.array else { throw malformed(type, series) }
        for sample in samples { numbers.append(try number(of: sample, type)) }
      }
      return .list(numbers)
    case "string": throw ProviderFailure("a string, which is no metric")
    default: throw ProviderFailure("a result of the unknown type \"\(type)\"")
    }
  }

  private static func list(_ json: JSONValue, _ type: String) throws(ProviderFailure) -> [JSONValue] {
    guard let elements = json.array else { throw malformed(type, json) }
    return elements
  }

  /// The value of a sample, `[time, "text"]`.
  private static func number(
    of sample: JSONValue?,
    _ type: String,
    in series: JSONValue = .null
  ) throws(ProviderFailure) -> Double {
    guard let pair = sample?.array, pair.count == 2, let text = pair[1].string, let number = number(text)
    else {
      throw malformed(type, series.isNull ? sample ?? .null : series)
    }
    return number
  }

  private static func malformed(_ type: String, _ json: JSONValue) -> ProviderFailure {
    if json["histogram"] != nil || json["histograms"] != nil {
      return ProviderFailure("a native histogram, which is no number; a query can take a quantile of it")
    }
    return ProviderFailure("a malformed \(type): \(ProviderRequest.excerpt(json.bytes()))")
  }

  /// A number as Prometheus writes it; other spellings that Swift would read are refused.
  private static func number(_ text: String) -> Double? {
    switch text {
    case "NaN": .nan
    case "+Inf", "Inf": .infinity
    case "-Inf": -.infinity
    default: text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) } ? Double(text) : nil
    }
  }
}
