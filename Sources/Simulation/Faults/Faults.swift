package import Primitives

/// How likely each thing goes wrong, 0 to 1 at every occasion; all of it comes from the world's one seed.
package struct Faults: Sendable, Hashable {
  /// A write is refused and changes nothing: a conflict, or an error of the API.
  package var refused = 0.0
  /// A write is done, but its answer is lost: the controller takes it for refused.
  package var unanswered = 0.0
  /// Somebody else writes to the object first, which changes its resourceVersion and nothing else.
  package var overtaken = 0.0
  /// A write is done twice.
  package var repeated = 0.0
  /// The controller dies before the write and starts over with fresh caches.
  package var crashed = 0.0
  /// A watch is lost: for some seconds the cache of one kind shows an older world, but for the controller's own
  /// writes to what it knows.
  package var stale = 0.0
  /// The controller's clock jumps by up to two minutes, back or forth.
  package var clockStep = 0.0

  /// Nothing goes wrong.
  package static let none = Faults()

  package init() {}

  /// Some of them, more or less likely.
  package static func some(using random: inout SeededRandom) -> Faults {
    var faults = Faults()
    let strength: Double = [0.02, 0.05, 0.15].randomElement(using: &random) ?? 0
    func chance() -> Double { Bool.random(using: &random) ? strength : 0 }
    faults.refused = chance()
    faults.unanswered = chance()
    faults.overtaken = chance()
    faults.repeated = chance()
    faults.crashed = chance()
    faults.stale = chance()
    faults.clockStep = chance() / 4
    return faults
  }

  package var isNone: Bool { self == .none }
}
