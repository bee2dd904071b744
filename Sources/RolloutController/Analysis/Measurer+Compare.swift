import AnalysisCore
import KubeModel
import MetricProviders
import Primitives

/// What a look at canary and stable comes to.
extension Measurer {
  /// Asks all questions of a look at the same time; nil when it was cancelled.
  ///
  /// A look whose provider is away is postponed, for it would have only a part of the answers.
  func compare(
    _ comparison: Comparison,
    _ metric: MetricSpec,
    _ request: Request,
    startedAt: Instant,
    redacting secrets: [String]
  ) async -> TakenMeasurement? {
    let replies = await withTaskGroup(of: (Int, EndpointScheduler.Reply).self) { group in
      for (index, question) in comparison.questions.enumerated() {
        group.addTask { (index, await ask(question.provider, metric, request)) }
      }
      var replies: [Int: EndpointScheduler.Reply] = [:]
      for await (index, reply) in group { replies[index] = reply }
      return replies
    }
    var readings: [ArmReading] = []
    for (index, question) in comparison.questions.enumerated() {
      guard case .answered(let answer) = replies[index] else {
        return unanswered(replies[index] ?? .cancelled, request, redacting: secrets)
      }
      readings.append(Self.reading(answer, of: question.part, redacting: secrets))
    }
    let measurement = comparison.measurement(
      readings: readings,
      weight: weight(request.run),
      inFlight: request.inFlight,
      startedAt: startedAt,
      finishedAt: now()
    )
    return TakenMeasurement(metric: request.metric, measurement: measurement)
  }

  private static func reading(
    _ answer: ProviderAnswer,
    of part: Comparison.Part,
    redacting secrets: [String]
  ) -> ArmReading {
    guard let value = answer.value else {
      let words = Postponement(
        reason: answer.error ?? "no value",
        since: Instant(secondsSinceEpoch: 0),
        retryAt: Instant(secondsSinceEpoch: 0)
      )
      return .error(words.redacting(secrets).reason)
    }
    return Comparison.reading(value, shortfall: answer.shortfall, of: part)
  }
}
