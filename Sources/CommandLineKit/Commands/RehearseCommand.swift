import AnalysisCore
import ArgumentParser
import KubeModel
import Primitives

/// `serin rehearse`
struct RehearseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rehearse",
    abstract: "Foresee how long the gates of a release need at a given traffic.",
    discussion: """
      With --power every metric that compares canary and stable is given the traffic of the options and the weights of \
      the Rollout in the files, else of --weight: how long until it sees harm, and how long until it rules it out.
      """
  )

  @Flag(name: .long, help: "Print the time that every comparison needs.")
  var power = false

  @Option(name: .customLong("rps"), help: "Requests per second of canary and stable together.")
  var requestsPerSecond: Double

  @Option(name: .long, help: "The usual share of bad requests, such as 0.002.")
  var errorRate: Double

  @Option(name: .long, help: "The canary's weight in percent, for files without a Rollout that sets weights.")
  var weight = 10.0

  @Argument(help: "Files, folders, or - for standard input.")
  var paths: [String]

  func run() throws {
    guard power else { throw CommandFailure(.usage, "--power is needed: nothing else is rehearsed yet") }
    guard requestsPerSecond > 0, requestsPerSecond < 1e9 else {
      throw CommandFailure(.usage, "--rps must be above 0")
    }
    guard errorRate > 0, errorRate < 1 else {
      throw CommandFailure(.usage, "--error-rate must be above 0 and below 1")
    }
    guard weight > 0, weight < 100 else {
      throw CommandFailure(.usage, "--weight must be above 0 and below 100")
    }
    let objects = try ManifestObjects.read(paths)
    let steps = objects.lazy.map(CanarySchedule.steps(of:)).first { !$0.isEmpty } ?? [(weight, 0)]
    let traffic = EvidenceForecast.Traffic(
      requestsPerSecond: requestsPerSecond,
      errorRate: errorRate,
      steps: steps
    )
    let gates = try ComparingGate.all(in: objects)
    guard !gates.isEmpty else { throw CommandFailure(.failed, "no metric of these files compares anything") }
    for gate in gates { Terminal.printNow(gate.line(traffic, metrics: gates.count)) }
  }
}

/// How long each weight of a Rollout's canary stays, as far as its steps say.
enum CanarySchedule {
  /// Weights below 100 in percent with their seconds; a pause without an end, and the last weight, stay for ever.
  static func steps(of rollout: JSONValue) -> [(weight: Double, seconds: Double)] {
    guard rollout.kind == "Rollout" else { return [] }
    var steps: [(weight: Double, seconds: Double)] = []
    for step in rollout.at("spec", "strategy", "canary")?["steps"]?.array ?? [] {
      if let weight = step["setWeight"]?.double {
        guard weight < 100 else { break }
        steps.append((weight, 0))
      } else if let pause = step["pause"], !steps.isEmpty {
        guard let seconds = Self.seconds(pause["duration"]) else { break }
        steps[steps.count - 1].seconds += seconds
      }
    }
    return steps.filter { $0.weight > 0 }
  }

  private static func seconds(_ duration: JSONValue?) -> Double? {
    if let number = duration?.double ?? duration?.string.flatMap(Double.init) { return number }
    guard let text = duration?.string, let duration = Duration(go: text) else { return nil }
    return Double(duration.components.seconds)
  }
}

/// A metric of a template that compares canary and stable.
struct ComparingGate {
  private let place: String
  private let compare: CompareSpec
  /// The time between two looks.
  private let secondsPerLook: Double

  /// The gates of all templates and runs. A `compare` that is wrong is a failure that says where.
  static func all(in objects: [JSONValue]) throws(CommandFailure) -> [ComparingGate] {
    var gates: [ComparingGate] = []
    for object in objects where Self.kinds.contains(object.kind) {
      for (index, metric) in (object.spec["metrics"]?.array ?? []).enumerated() {
        guard let json = metric["compare"], !json.isNull else { continue }
        let name = "\(object.kind)/\(object.name)"
        switch CompareSpec.parse(json, at: "spec.metrics[\(index)].compare") {
        case .success(let compare):
          gates.append(
            ComparingGate(
              place: "\(name) metric \(metric["name"]?.string ?? "")",
              compare: compare,
              secondsPerLook: Double(MetricSpec(metric).comparisonPace.wholeNanoseconds) / 1e9
            )
          )
        case .failure(let failure):
          throw CommandFailure(.failed, "\(name): \(failure.issues.first?.description ?? "")")
        }
      }
    }
    return gates
  }

  /// What is foreseen, when so many metrics of the release compare.
  func line(_ traffic: EvidenceForecast.Traffic, metrics: Int) -> String {
    let rule = compare.rule(metrics: metrics)
    guard let forecast = EvidenceForecast(rule, traffic, secondsPerLook: secondsPerLook) else {
      return "\(place): \(RankForecast.floor(of: rule, secondsPerLook: secondsPerLook) ?? "")"
    }
    let safe = forecast.secondsToRuleOutHarm.map {
      "a good canary passes after about \(EvidenceForecast.text($0))"
    }
    return "\(place): \(forecast.sentence); " + (safe ?? "a good canary is not seen to be one within a month")
  }

  private static let kinds: Set<String> = ["AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun"]
}
