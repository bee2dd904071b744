import AnalysisCore
import Glibc
import Primitives
import Testing

/// Our statistics beside those of scipy, for random inputs that are the same in every run.
@Suite struct StatisticsOracleTests {
  private static let inputs = 10_000

  @Test func mannWhitney() throws {
    try compare("Mann-Whitney", within: 1e-11) { random in
      let (first, second) = (Int.random(in: 1...14, using: &random), Int.random(in: 1...14, using: &random))
      // Whole numbers have ties, where only the approximation is defined.
      let isExact = Bool.random(using: &random)
      let values = (0..<(first + second)).map { _ in
        isExact ? Double.random(in: 0..<9, using: &random) : Double(Int.random(in: 0...9, using: &random))
      }
      let (name, alternative) = Self.alternatives.randomElement(using: &random) ?? Self.alternatives[0]
      let test = MannWhitney(Array(values[..<first]), Array(values[first...]))
      let list = values.map { "\($0)" }.joined(separator: " ")
      let question = "mannWhitney \(isExact ? "exact" : "asymptotic") \(name) \(first) \(list)"
      // All values equal: no test is possible, which is NaN there and 1 here.
      if Set(values).count == 1 { return nil }
      return (question, isExact ? test.exact(alternative) : test.asymptotic(alternative))
    }
  }

  @Test func fisher() throws {
    try compare("Fisher", within: 1e-9) { random in
      let top = [8, 40, 300].randomElement(using: &random) ?? 8
      let cells = (0..<4).map { _ in Int.random(in: 0...top, using: &random) }
      let test = FisherExact(cells[0], cells[1], cells[2], cells[3])
      let tails = [("two-sided", test.twoSided), ("greater", test.greater), ("less", test.less)]
      let (name, value) = tails.randomElement(using: &random) ?? tails[0]
      return ("fisher \(name) " + cells.map { "\($0)" }.joined(separator: " "), value)
    }
  }

  @Test func binomialTails() throws {
    try compare("binomial tails", within: 1e-10) { random in
      let trials =
        [20, 1000, 200_000].randomElement(using: &random).map { Int.random(in: 1...$0, using: &random) } ?? 1
      let probability = Double.random(in: 1e-4...0.9, using: &random)
      // Near the mean, where probabilities are not all 0 and 1.
      let spread = 6 * (Double(trials) * probability * (1 - probability)).squareRoot() + 2
      let near = Double(trials) * probability + Double.random(in: -spread...spread, using: &random)
      let successes = min(max(0, Int(near)), trials)
      let isLower = Bool.random(using: &random)
      let binomial = Binomial(trials: trials, probability: probability)
      return (
        "binomial \(isLower ? "lower" : "upper") \(successes) \(trials) \(probability)",
        isLower ? binomial.lower(successes) : binomial.upper(successes)
      )
    }
  }

  @Test func betaQuantiles() throws {
    try compare("beta quantiles", within: 1e-10) { random in
      let (a, b) = (Self.parameter(&random), Self.parameter(&random))
      let p = Double.random(in: 0.0005...0.9995, using: &random)
      return ("beta \(p) \(a) \(b)", Beta(a, b).quantile(p))
    }
  }

  @Test func betaTails() throws {
    try compare("beta tails", within: 1e-10) { random in
      let (a, b) = (Self.parameter(&random), Self.parameter(&random))
      let mean = a / (a + b)
      let x = min(0.999999, mean * Double.random(in: 0.8...1.2, using: &random))
      return ("betaTail \(x) \(a) \(b)", Beta(a, b).lower(x))
    }
  }

  @Test func normalTailsAndQuantiles() throws {
    try compare("normal tails", within: 1e-12) { random in
      let z = Double.random(in: -8...30, using: &random)
      return ("normal \(z)", Normal.upper(z))
    }
    try compare("normal quantiles", within: 1e-12) { random in
      let p = ExactMath.exp(-Double.random(in: 0.001...600, using: &random))
      return ("normalQuantile \(p)", Normal.upperQuantile(p))
    }
  }

  private static let alternatives: [(String, MannWhitney.Alternative)] = [
    ("two-sided", .different), ("greater", .greater), ("less", .less),
  ]

  private static func parameter(_ random: inout SeededRandom) -> Double {
    ExactMath.exp(Double.random(in: -1.5...11, using: &random))
  }

  /// Asks scipy what we answered, and wants no relative difference above the given one. Prints the worst.
  private func compare(
    _ what: String,
    within tolerance: Double,
    _ make: (inout SeededRandom) -> (question: String, answer: Double)?
  ) throws {
    var random = SeededRandom(seed: 20_260_101)
    let asked = (0..<Self.inputs).compactMap { _ in make(&random) }
    try #require(asked.count > Self.inputs * 9 / 10)
    let answers = try Oracle.ask(asked.map(\.question))
    try #require(answers.count == asked.count)
    var worst = (difference: 0.0, question: "")
    for (asked, answer) in zip(asked, answers) {
      // Further out in the tails scipy's beta distribution loses digits: 2 % at 4e-291.
      let scale = max(answer.magnitude, 1e-250)
      let difference = (asked.answer - answer).magnitude / scale
      if !(difference <= worst.difference) { worst = (difference, asked.question) }
    }
    print("\(what): \(asked.count) inputs, the worst relative difference is \(worst.difference)")
    #expect(worst.difference <= tolerance, "\(worst.question)")
  }
}

/// Python with scipy, which `make setup` installs.
enum Oracle {
  static func ask(_ questions: [String]) throws -> [Double] {
    var template = Array("/tmp/statistics-oracle-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil, "no temporary folder")
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { _ = system("rm -rf '\(folder)'") }
    let input = try #require(fopen("\(folder)/in", "w"))
    fputs(questions.joined(separator: "\n") + "\n", input)
    fclose(input)
    let script = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let command = "'\(python)' '/\(script)/oracle.py' <'\(folder)/in' >'\(folder)/out' 2>'\(folder)/err'"
    let status = system(command)
    try #require(
      status == 0,
      "\(python) with scipy failed; run `make setup`: \(text("\(folder)/err").suffix(300))"
    )
    return text("\(folder)/out").split(separator: "\n").compactMap { Double($0) }
  }

  /// `SERIN_PYTHON`, else that of the repository's `.venv`.
  private static let python: String = {
    if let path = getenv("SERIN_PYTHON") { return String(cString: path) }
    return "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/.venv/bin/python"
  }()

  private static func text(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}
