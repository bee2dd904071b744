/// A month or a day of the week: a number that prints as a name, as Go's `time.Month` and `time.Weekday`.
package struct NamedNumber: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case month
    case weekday
  }

  package let kind: Kind
  package let number: Int

  var name: String {
    switch kind {
    case .month: CivilTime.monthNames[number - 1]
    case .weekday: CivilTime.weekdayNames[number]
    }
  }

  var typeName: String { kind == .month ? "time.Month" : "time.Weekday" }
}
