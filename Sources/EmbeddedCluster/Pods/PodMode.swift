import Primitives

/// How the pods of the embedded cluster run.
package enum PodMode: Sendable {
  /// Pods only change their status, as their `serin.dev/…` annotations direct.
  case simulated
  /// Pods are processes of this machine, each on a loopback address of its own.
  case processes(PodProcessOptions)
}

/// What pods that are local processes need to know about this machine.
package struct PodProcessOptions: Sendable {
  /// Where executables are looked for, as PATH has it.
  package var searchPath: String
  /// What runs for a container without a command: the argument list by the image's name without tag or registry.
  /// The tag is given as the environment variable IMAGE_TAG.
  package var imageCommands: [String: [String]]
  /// How long a pod waits, after no endpoint names it any more, before it is told to end.
  package var drainDelay: Duration
  /// Picks the first address, so that clusters beside each other rarely meet.
  package var addressSeed: UInt64

  package init(
    searchPath: String = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    imageCommands: [String: [String]] = [:],
    drainDelay: Duration = .milliseconds(20),
    addressSeed: UInt64 = .random(in: 0...UInt64.max)
  ) {
    self.searchPath = searchPath
    self.imageCommands = imageCommands
    self.drainDelay = drainDelay
    self.addressSeed = addressSeed
  }
}
