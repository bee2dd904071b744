import Glibc

/// What of the machine's processors the controller takes, what the servers that it talks to, and what everybody else.
struct ProcessorShares: Sendable {
  /// Processor seconds, or their share of a time.
  struct Reading: Sendable {
    var controller: Double
    var servers: Double
    /// Everything else on the machine, the benchmark among it.
    var rest: Double

    static func - (later: Reading, earlier: Reading) -> Reading {
      Reading(
        controller: later.controller - earlier.controller,
        servers: later.servers - earlier.servers,
        rest: later.rest - earlier.rest
      )
    }

    func divided(by seconds: Double) -> Reading {
      Reading(controller: controller / seconds, servers: servers / seconds, rest: rest / seconds)
    }
  }

  let controller: ChildProcess
  let others: [ChildProcess]

  /// The seconds so far; those of a process that has ended are infinite, lest its end be taken for thrift.
  func now() -> Reading {
    let own = controller.cpuSeconds ?? .infinity
    let servers = others.map { $0.cpuSeconds ?? .infinity }.reduce(0, +)
    return Reading(controller: own, servers: servers, rest: Self.busySeconds() - own - servers)
  }

  /// What all processors have worked since the start: the first line of `/proc/stat`, without idle and waiting time.
  private static func busySeconds() -> Double {
    let line = TextFile.read("/proc/stat")?.split(separator: "\n").first ?? ""
    let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    guard ticks.count == 8 else { return 0 }
    return (ticks.reduce(0, +) - ticks[3] - ticks[4]) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}

extension ChildProcess {
  /// What is resident now, in megabytes of 2^20 bytes; nil when the process has ended.
  var residentMegabytes: Double? {
    let line = TextFile.read("/proc/\(pid)/status")?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }.map {
      $0 / 1024
    }
  }
}
