import Primitives
import Simulation

extension SimulateCommand {
  /// Plays the closed loop of planner and autoscaler for every replica count and weight, and prints the figures; fails
  /// with the first loop that finds no fixed point.
  func playAutoscaler() async throws {
    let start = ContinuousClock.now
    var all = AutoscalerSweep.Result()
    for way in AutoscalerSweep.Way.allCases {
      let result = await AutoscalerSweep(way: way).play(Array(1...200))
      if let loop = result.restless.first {
        throw CommandFailure(.failed, "\(way.rawValue): no fixed point with \(loop)")
      }
      all.add(result)
      let moved = result.moved == 0 ? "" : ", \(result.moved) moved, by \(result.farthest) at most"
      Terminal.printNow("\(Table.pad(way.rawValue, 42))\(result.loops) loops, \(result.plans) plans\(moved)")
    }
    let time = start.duration(to: .now)
    let figures = "\(all.loops) loops of 1 to 200 replicas at every weight, \(all.plans) plans"
    Terminal.printNow("\(figures), all at a fixed point, \(time.goText)")
  }
}
