/// What a provider's answer means for a metric.
package struct Assessment: Sendable, Hashable {
  /// Successful, Failed, Inconclusive, or Error for an answer without a value.
  package let phase: AnalysisPhase
  /// Why, when there is no value; empty otherwise.
  package let message: String
  /// Why there is no value; exactly when the phase is Error.
  package let gap: AnswerGap?

  package init(phase: AnalysisPhase) {
    self.phase = phase
    message = ""
    gap = nil
  }

  package init(_ gap: AnswerGap, _ message: String) {
    phase = .error
    self.message = message
    self.gap = gap
  }
}

extension MetricSpec {
  /// Asks the conditions about an answer, with the table of Argo Rollouts (reference, section 4.4).
  ///
  /// Stricter than Argo Rollouts in one point: where only emptiness, or a comparison with NaN, makes a condition say
  /// what it says, the answer has no value, and the metric's policy decides. A condition that names the case
  /// (`isNaN(result) || …`, `len(result) == 0 || …`, `default(result, 0) …`) is taken at its word. See decision 9.
  ///
  /// `isEmpty` says that the answer holds no data though it has a form, such as a list of series without points.
  package func assess(
    _ value: MetricValue,
    isEmpty: Bool? = nil,
    clock: ExpressionClock = ExpressionClock()
  ) -> Assessment {
    let isEmpty = isEmpty ?? value.isEmpty
    if successCondition.isEmpty, failureCondition.isEmpty {
      if isEmpty { return Assessment(.empty, Self.emptyMessage) }
      return value.isNotANumber
        ? Assessment(.notANumber, Self.notANumberMessage) : Assessment(phase: .successful)
    }
    var verdicts: [Verdict?] = []
    for (field, text) in [("successCondition", successCondition), ("failureCondition", failureCondition)] {
      switch Verdict.ask(text, about: value, clock) {
      case .success(let verdict): verdicts.append(verdict)
      case .failure(let failure):
        return Assessment(
          isEmpty ? .empty : .error,
          "could not evaluate \(field) \"\(text)\": \(failure.reason)"
        )
      }
    }
    return combine(success: verdicts[0], failure: verdicts[1], isEmpty: isEmpty)
  }

  static let emptyMessage = "metric result is nil or empty: no data returned from the metrics provider"
  static let notANumberMessage = "metric result is not a number (NaN)"

  private func combine(success: Verdict?, failure: Verdict?, isEmpty: Bool) -> Assessment {
    let verdicts = [success, failure].compactMap { $0 }
    if isEmpty, !verdicts.contains(where: \.mentionsAbsence) {
      return Assessment(.empty, Self.emptyMessage)
    }
    // What a condition says that rests on a comparison with NaN, it does not say.
    let namesNaN = [successCondition, failureCondition].contains { $0.contains("isNaN") }
    if let failure, failure.isTrue, !failure.restsOnNaN { return Assessment(phase: .failed) }
    if let success, success.isTrue, !success.restsOnNaN, namesNaN || failure?.restsOnNaN != true {
      return Assessment(phase: .successful)
    }
    if verdicts.contains(where: \.restsOnNaN) { return Assessment(.notANumber, Self.notANumberMessage) }
    switch (success?.isTrue, failure?.isTrue) {
    case (false?, nil): return Assessment(phase: .failed)
    case (nil, false?): return Assessment(phase: .successful)
    default: return Assessment(phase: .inconclusive)
    }
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
  static func ask(
    _ text: String,
    about value: MetricValue,
    _ clock: ExpressionClock
  ) -> Result<Verdict?, Failure> {
    guard !text.isEmpty else { return .success(nil) }
    do throws(ExpressionError) {
      // The answer's type is known by now, so that a type that does not fit is an error and never a quiet `false`.
      let condition = try ConditionExpression(
        parsing: text,
        environment: ["result": ExpressionNature(of: value)]
      )
      do throws(ExpressionError) {
        let truth = try condition.truth(of: value, clock: clock)
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
