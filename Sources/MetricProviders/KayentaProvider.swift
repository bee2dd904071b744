import AnalysisCore
import HTTPTransport
import Primitives

/// Kayenta, which is asked for a judgement and takes its time.
enum KayentaProvider {
  /// How long to wait between two looks at a judgement.
  static let patience = Duration.seconds(15)
  private static let timeout = Duration.seconds(15)
  private static let executionKey = "canaryExecutionId"

  /// Finds the configuration by its name and asks for a judgement by it.
  static func start(_ judgement: KayentaJudgement, context: ProviderContext) async -> ProviderAnswer {
    do throws(ProviderFailure) {
      let id = try await context.exchange(try lookup(judgement)) { response throws(ProviderFailure) in
        try configuration(judgement.canaryConfigName, in: try ProviderRequest.json(of: response))
      }
      let request = try begin(judgement, configuration: id, context: context)
      let execution = try await context.exchange(request) { response throws(ProviderFailure) in
        let json = try ProviderRequest.json(of: response)
        guard let execution = json[executionKey]?.string, !execution.isEmpty else {
          throw ProviderFailure(
            "the answer has no \(executionKey): \(ProviderRequest.excerpt(response.body))"
          )
        }
        return execution
      }
      return unfinished(execution)
    } catch {
      return ProviderAnswer(error, asking: "kayenta")
    }
  }

  /// Looks whether the judgement has been made.
  static func resume(
    _ judgement: KayentaJudgement,
    metadata: [String: String],
    context: ProviderContext
  ) async -> ProviderAnswer {
    do throws(ProviderFailure) {
      guard let execution = metadata[executionKey], !execution.isEmpty else {
        throw ProviderFailure("the measurement has no \(executionKey)")
      }
      let url = "\(try ProviderRequest.base(judgement.address))/canary/\(ProviderRequest.encode(execution))"
      let request = try ProviderRequest.make(url: url, timeout: timeout)
      return try await context.exchange(request) { response throws(ProviderFailure) in
        try verdict(judgement, try ProviderRequest.json(of: response), execution)
      }
    } catch {
      return ProviderAnswer(error, asking: "kayenta", metadata: metadata)
    }
  }

  private static func unfinished(_ execution: String) -> ProviderAnswer {
    ProviderAnswer(.unfinished(resumeAfter: patience), metadata: [executionKey: execution])
  }

  static func lookup(_ judgement: KayentaJudgement) throws(ProviderFailure) -> HTTPRequest {
    let parameters = [
      ("application", judgement.application),
      ("configurationAccountName", judgement.configurationAccountName),
    ]
    let base = try ProviderRequest.base(judgement.address)
    return try ProviderRequest.make(url: "\(base)/canaryConfig?\(encoded(parameters))", timeout: timeout)
  }

  private static func configuration(_ name: String, in json: JSONValue) throws(ProviderFailure) -> String {
    guard let configurations = json.array else {
      throw ProviderFailure("a malformed answer: \(ProviderRequest.excerpt(json.bytes()))")
    }
    guard let id = configurations.first(where: { $0["name"]?.string == name })?["id"]?.string else {
      throw ProviderFailure("there is no canary configuration \"\(name)\"")
    }
    return id
  }

  static func begin(
    _ judgement: KayentaJudgement,
    configuration: String,
    context: ProviderContext
  ) throws(ProviderFailure) -> HTTPRequest {
    let window = Window(judgement, context: context)
    var scopes: JSONValue = [:]
    for pair in judgement.scopes {
      scopes[pair.name] = [
        "controlScope": window.json(of: pair.control), "experimentScope": window.json(of: pair.experiment),
      ]
    }
    let parameters = [
      ("application", judgement.application), ("metricsAccountName", judgement.metricsAccountName),
      ("configurationAccountName", judgement.configurationAccountName),
      ("storageAccountName", judgement.storageAccountName),
    ]
    let path = "/canary/\(ProviderRequest.encode(configuration))?\(encoded(parameters))"
    var request = try ProviderRequest.make(
      method: "POST",
      url: "\(try ProviderRequest.base(judgement.address))\(path)",
      timeout: timeout
    )
    let thresholds: JSONValue = [
      "pass": JSONValue(judgement.passThreshold), "marginal": JSONValue(judgement.marginalThreshold),
    ]
    let body: JSONValue = ["scopes": scopes, "thresholds": thresholds]
    request.headers.set("Content-Type", "application/json")
    request.body = body.bytes()
    return request
  }

  private static func encoded(_ parameters: [(String, String)]) -> String {
    parameters.map { "\($0.0)=\(ProviderRequest.encode($0.1))" }.joined(separator: "&")
  }

  private static func verdict(
    _ judgement: KayentaJudgement,
    _ json: JSONValue,
    _ execution: String
  ) throws(ProviderFailure) -> ProviderAnswer {
    guard let complete = json["complete"]?.bool else {
      throw ProviderFailure("the answer does not say whether it is complete")
    }
    guard complete else { return unfinished(execution) }
    guard let score = json["result"]?["judgeResult"]?["score"]?["score"]?.double else {
      let status = json["status"]?.string.map { " with status \($0)" } ?? ""
      throw ProviderFailure("the judgement ended\(status) without a score")
    }
    // As Kayenta's own clients count: the fraction does not help to pass.
    let points = score.rounded(.towardZero)
    let phase: AnalysisPhase =
      points >= Double(judgement.passThreshold)
      ? .successful : points >= Double(judgement.marginalThreshold) ? .inconclusive : .failed
    return ProviderAnswer(
      .verdict(phase),
      valueText: GoFormat.plain(points),
      metadata: [executionKey: execution]
    )
  }
}

/// From when to when a judgement looks where its scopes do not say.
private struct Window {
  let start: Instant
  let end: Instant

  init(_ judgement: KayentaJudgement, context: ProviderContext) {
    end = context.now
    let since = judgement.lookback ? nil : context.interval.map { context.now - $0 }
    start = since ?? context.runStartedAt ?? context.now
  }

  func json(of scope: KayentaJudgement.Scope) -> JSONValue {
    [
      "scope": .string(scope.scope), "region": .string(scope.region), "step": JSONValue(scope.step),
      "start": .string(scope.start.isEmpty ? start.rfc3339 : scope.start),
      "end": .string(scope.end.isEmpty ? end.rfc3339 : scope.end),
    ]
  }
}
