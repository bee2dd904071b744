package import Primitives

/// What a provider's answer means for a metric.
package struct Assessment: Sendable, Hashable {
  /// Successful, Failed, Inconclusive or Error.
  package let phase: AnalysisPhase
  /// Why, when the phase is Error; empty otherwise.
  package let message: String

  package init(phase: AnalysisPhase, message: String = "") {
    self.phase = phase
    self.message = message
  }
}

extension MetricSpec {
  /// Asks the conditions about an answer, with the table of Argo Rollouts.
  ///
  /// Stricter than Argo Rollouts in one point: an answer that is empty, or a comparison with NaN, never makes a
  /// success that no condition asked for. Where the metric would be Successful by that alone, it is Error; a condition
  /// that names the case (`isNaN(result) || …`, `len(result) == 0 || …`, `default(result, 0) …`) is taken at its word.
  package func assess(_ value: MetricValue, now: Instant? = nil) -> Assessment {
    if successCondition.isEmpty, failureCondition.isEmpty {
      if value.isEmpty { return Assessment(phase: .error, message: Self.emptyMessage) }
      return value.isNotANumber
        ? Assessment(phase: .error, message: Self.notANumberMessage) : Assessment(phase: .successful)
    }
    var verdicts: [Verdict?] = []
    for (field, text) in [("successCondition", successCondition), ("failureCondition", failureCondition)] {
      switch Verdict.ask(text, about: value, now: now) {
      case .success(let verdict): verdicts.append(verdict)
      case .failure(let failure):
        return Assessment(
          phase: .error,
          message: "could not evaluate \(field) \"\(text)\": \(failure.reason)"
        )
      }
    }
    return Self.combine(success: verdicts[0], failure: verdicts[1], of: value)
  }

  static let emptyMessage = "metric result is nil or empty: no data returned from the metrics provider"
  static let notANumberMessage = "metric result is not a number (NaN)"

  private static func combine(success: Verdict?, failure: Verdict?, of value: MetricValue) -> Assessment {
    if failure?.isTrue == true { return Assessment(phase: .failed) }
    if let success, !success.isTrue {
      return Assessment(phase: failure == nil ? .failed : .inconclusive)
    }
    let verdicts = [success, failure].compactMap { $0 }
    if verdicts.contains(where: \.restsOnNaN) { return Assessment(phase: .error, message: notANumberMessage) }
    if value.isEmpty, !verdicts.contains(where: \.mentionsAbsence) {
      return Assessment(phase: .error, message: emptyMessage)
    }
    return Assessment(phase: .successful)
  }
}

/// What one condition says about an answer.
private struct Verdict {
  struct Failure: Error {
    let reason: String
  }

  let isTrue: Bool
  let restsOnNaN: Bool
  let mentionsAbsence: Bool

  /// Nil for a condition that is not there.
  static func ask(_ text: String, about value: MetricValue, now: Instant?) -> Result<Verdict?, Failure> {
    guard !text.isEmpty else { return .success(nil) }
    do throws(ExpressionError) {
      let condition = try ConditionExpression(parsing: text)
      do throws(ExpressionError) {
        let truth = try condition.truth(of: value, now: now)
        let verdict = Verdict(
          isTrue: truth.isTrue,
          restsOnNaN: truth.restsOnNaN,
          mentionsAbsence: condition.mentionsAbsence
        )
        return .success(verdict)
      } catch  where value.isEmpty {
        return .failure(Failure(reason: "\(MetricSpec.emptyMessage) (\(error))"))
      } catch {
        return .failure(Failure(reason: error.description))
      }
    } catch {
      return .failure(Failure(reason: error.description))
    }
  }
}
