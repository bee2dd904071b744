/// One metric of the controller with all its series, as Prometheus' text format has it.
struct MetricFamily: Sendable, Hashable {
  /// What Prometheus may do with the values.
  enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  /// A value under labels; `suffix` is `_bucket`, `_sum` or `_count` in a histogram, and empty elsewhere.
  struct Sample: Sendable, Hashable {
    var suffix = ""
    let labels: [Label]
    let value: Double
  }

  /// A label; labels are written in the order in which they are given.
  struct Label: Sendable, Hashable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  let name: String
  let kind: Kind
  /// One sentence for people.
  let help: String
  private(set) var samples: [Sample] = []

  init(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    self.kind = kind
    self.help = help
  }

  mutating func add(_ value: Double, _ labels: [Label]) {
    samples.append(Sample(labels: labels, value: value))
  }

  mutating func add(_ value: Int, _ labels: [Label]) { add(Double(value), labels) }

  mutating func add(_ histogram: Histogram, _ labels: [Label]) {
    for (bound, count) in zip(histogram.bounds, histogram.cumulativeCounts) {
      let le = Label("le", Self.text(bound))
      samples.append(Sample(suffix: "_bucket", labels: labels + [le], value: Double(count)))
    }
    let all = Double(histogram.count)
    samples.append(Sample(suffix: "_bucket", labels: labels + [Label("le", "+Inf")], value: all))
    samples.append(Sample(suffix: "_sum", labels: labels, value: histogram.sum))
    samples.append(Sample(suffix: "_count", labels: labels, value: all))
  }

  /// The family in the text format, version 0.0.4; nothing for one without series.
  var text: String {
    guard !samples.isEmpty else { return "" }
    var text = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      text += name + sample.suffix
      if !sample.labels.isEmpty {
        let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        text += "{\(labels.joined(separator: ","))}"
      }
      text += " \(Self.text(sample.value))\n"
    }
    return text
  }

  /// Whole numbers without a fraction, as people write them.
  private static func text(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  private static func escaped(_ value: String) -> String {
    guard value.contains(where: { $0 == "\\" || $0 == "\"" || $0.isNewline }) else { return value }
    return value.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}

/// How many values were at most each of some bounds.
struct Histogram: Sendable, Hashable {
  /// Rising.
  let bounds: [Double]
  private var counts: [Int]
  private(set) var count = 0
  private(set) var sum = 0.0

  init(_ bounds: [Double]) {
    self.bounds = bounds
    counts = bounds.map { _ in 0 }
  }

  mutating func observe(_ value: Double) {
    count += 1
    sum += value
    if let index = bounds.firstIndex(where: { value <= $0 }) { counts[index] += 1 }
  }

  /// For each bound, how many values were at most that.
  var cumulativeCounts: [Int] {
    var total = 0
    return counts.map { count in
      total += count
      return total
    }
  }
}
