import KubeModel
import Primitives
import RolloutCore
import RouteProviders
import TrafficPlans

/// What is known of one thing outside of the cluster, and who wants to know it.
struct OutsideAnswer {
  /// Why a rollout wants to know.
  private struct Interest {
    var isInFlight: Bool
    /// The count of questions when the rollout last wrote what the answer depends on.
    var doubt = 0
  }

  /// A question that is out.
  struct Question: Sendable {
    let address: RouteAddress
    /// The number of writes, and of questions, so far.
    let writes: Int
    let count: Int
  }

  /// What follows from an answer.
  struct News {
    /// Those to whom the answer says something else than the one before.
    var woken: [ObjectKey] = []
    var rollouts: [ObjectKey] = []
    var complaint: String?
  }

  /// So many failures in a row leave the last answer as it is.
  private static let patience = 2
  private static let restInterval = Duration.seconds(60)
  /// For so long a rollout waits for the first answer before anything else.
  private static let firstWait = Duration.seconds(10)
  /// What was written takes so long at least to be followed, and more is written meanwhile.
  private static let settling = Duration.seconds(2)

  private var interests: [ObjectKey: Interest] = [:]
  private(set) var answer = Snapshot.Reference.unknown("it was not asked for yet")
  /// Whether anything has come back yet, an answer or a failure.
  private var hasAnswered = false
  private var failures = 0
  var due: Instant
  /// When it was named first.
  private let since: Instant
  private var isAsked = false
  /// How often it was written: an answer that was begun before a write says nothing.
  var writes = 0
  /// Counts questions and doubts; the answer is that to a question of this count.
  private var count = 0
  private var answered = 0

  init(since: Instant) { (due, self.since) = (since, since) }

  /// Whether it was never answered yet, and may be soon.
  func isPending(now: Instant) -> Bool { !hasAnswered && now < since + Self.firstWait }

  /// The rollouts that name it.
  var rollouts: [ObjectKey] { Array(interests.keys) }

  func isNamed(by rollout: ObjectKey) -> Bool { interests[rollout] != nil }

  mutating func forget(_ rollout: ObjectKey) { interests[rollout] = nil }

  /// A rollout names it; one whose release begins wants to know it now.
  mutating func name(by rollout: ObjectKey, isInFlight: Bool, now: Instant) {
    var interest = interests[rollout] ?? Interest(isInFlight: isInFlight)
    if isInFlight, !interest.isInFlight { due = min(due, now) }
    interest.isInFlight = isInFlight
    interests[rollout] = interest
  }

  /// The rollout has written what the answer depends on: only later questions count for it.
  mutating func doubt(by rollout: ObjectKey, now: Instant) {
    guard interests[rollout] != nil else { return }
    count += 1
    interests[rollout]?.doubt = count
    due = min(due, now + Self.settling)
  }

  /// What is known; to a rollout that has doubts, from questions after them.
  func reference(_ address: RouteAddress, for rollout: ObjectKey?) -> Snapshot.Reference {
    guard let doubt = rollout.flatMap({ interests[$0]?.doubt }), doubt > answered else { return answer }
    if case .unknown = answer { return answer }
    return .unknown("\(address) was not asked for since the last change")
  }

  /// The question, if its time has come.
  mutating func question(_ address: RouteAddress, now: Instant) -> OutsideAnswer.Question? {
    guard !isAsked, due <= now else { return nil }
    isAsked = true
    count += 1
    return Question(address: address, writes: writes, count: count)
  }

  /// What was written is what is there.
  mutating func note(written: JSONValue?, by source: any RouteSource, now: Instant) {
    writes += 1
    hasAnswered = true
    failures = 0
    answer = written.map { .found($0) } ?? .missing
    due = now + (source.answersLater ? .zero : interval(source))
  }

  mutating func note(
    _ result: Result<JSONValue?, RouteFailure>,
    to question: Question,
    of source: (any RouteSource)?,
    now: Instant
  ) -> News {
    isAsked = false
    guard writes == question.writes else {
      due = now
      return News()
    }
    let news = take(result, to: question)
    let usual = interval(source)
    var wait = min(max(Self.restInterval, usual), usual * (1 << min(failures, 5)))
    if failures == 0, interests.values.contains(where: { $0.doubt > answered }) {
      wait = min(wait, Self.settling)
    }
    due = now + wait
    return news
  }

  private mutating func take(_ result: Result<JSONValue?, RouteFailure>, to question: Question) -> News {
    let (before, isFirst, old) = (answer, !hasAnswered, answered)
    hasAnswered = true
    var news = News(rollouts: rollouts)
    switch result {
    case .success(let object):
      let trouble = object?["trouble"]?.string
      failures = trouble == nil ? 0 : failures + 1
      answer = object.map { .found($0) } ?? .missing
      if let trouble, trouble != before.object?["trouble"]?.string { news.complaint = trouble }
      answered = question.count
    case .failure(let failure):
      failures += 1
      let isBorne = failure.kind == .unreachable && failures <= Self.patience && before.object != nil
      guard !isBorne else { break }
      let why = "\(question.address) could not be read: \(failure)"
      answer = .unknown(why)
      if answer != before { news.complaint = why }
    }
    let isNew = isFirst || answer != before
    news.woken = interests.filter { isNew || (old < $0.value.doubt && $0.value.doubt < answered) }.map(\.key)
    return news
  }

  private func interval(_ source: (any RouteSource)?) -> Duration {
    let rest = source?.restInterval ?? Self.restInterval
    guard interests.values.contains(where: \.isInFlight) else { return rest }
    return source?.interval(after: answer.object) ?? rest
  }
}
