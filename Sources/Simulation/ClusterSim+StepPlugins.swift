import Primitives
import RolloutCore

extension ClusterSim {
  /// A call of a step plugin: what comes of it, and when.
  struct PluginCall: Sendable, Hashable {
    let answer: StepPluginAnswer
    let at: Instant
  }

  /// What the controller knows of its step plugins now.
  var pluginBoard: StepPluginBoard {
    var board = StepPluginBoard()
    for (id, call) in pluginCalls {
      if call.at <= now {
        board.answers[id] = call.answer
      } else {
        board.inFlight.insert(id)
      }
    }
    return board
  }

  /// Starts a call, unless that one was made already.
  mutating func ask(_ call: StepPluginCall) -> Bool {
    guard pluginCalls[call.id] == nil else { return false }
    let attempt = call.id.split(separator: "/").last.flatMap { Int($0) } ?? 1
    let key = call.operation == .run ? call.name : "\(call.name) \(call.operation.rawValue)"
    let script = settings.stepPlugins[key] ?? []
    let answer =
      script.isEmpty ? .successful(message: "", state: nil) : script[min(attempt, script.count) - 1]
    pluginCalls[call.id] = PluginCall(answer: answer, at: now + .seconds(settings.pluginTime))
    stepPluginCalls.append(call)
    return true
  }
}
