import Primitives

extension JudgeRule {
  /// The rule as it is stored with a verdict: the fields of `compare` without its queries, with all defaults filled in.
  var json: JSONValue {
    var json: JSONValue = [
      "method": .string(method.name), "tolerance": .double(tolerance), "harm": .double(harm),
      "risk": ["alpha": .double(alpha), "beta": .double(beta)], "metrics": JSONValue(metrics),
      "minSamples": JSONValue(minSamples),
      "onInsufficientEvidence": .string(onInsufficientEvidence.rawValue),
    ]
    if let sampleRatio {
      json["sampleRatio"] = ["tolerance": .double(sampleRatio.tolerance), "risk": .double(sampleRatio.risk)]
    } else {
      json["sampleRatio"] = ["check": false]
    }
    if !bounds.isEmpty { json["bounds"] = .array(bounds.map(JSONValue.double)) }
    switch method {
    case .sequential: break
    case .mannWhitney(let rule): json["mannWhitney"] = rule.json
    case .groupSequential(let rule):
      json["groupSequential"] = [
        "boundary": .string(rule.boundary.rawValue), "each": .string(rule.each.rawValue),
        "fractions": .array(rule.fractions.map(JSONValue.double)),
      ]
    }
    return json
  }

  /// Reads a stored rule.
  init(record json: JSONValue) throws(AnalysisIssue) {
    var reader = FieldReader(json, at: "rule")
    self.init(&reader)
    bounds = reader.numbers("bounds", 0...1e12) ?? []
    metrics = reader.whole("metrics", 1, 1...10_000)
    if let issue = reader.finish().first { throw issue }
  }

  /// Reads the fields that `compare` and a stored rule share.
  init(_ reader: inout FieldReader) {
    self.init()
    tolerance = reader.number("tolerance", tolerance, 1...100)
    harm = reader.number("harm", harm, 1.01...1000)
    if let risk = reader.inside(
      "risk",
      { risk in
        (risk.number("alpha", 0.05, 1e-6...0.5), risk.number("beta", 0.05, 1e-6...0.5))
      }
    ) {
      (alpha, beta) = risk
    }
    minSamples = reader.whole("minSamples", 0, 0...1_000_000_000)
    onInsufficientEvidence = reader.choice("onInsufficientEvidence", .hold)
    if let ratio = reader.inside(
      "sampleRatio",
      { ratio -> SampleRatio? in
        let rule = SampleRatio(
          tolerance: ratio.number("tolerance", 1.5, 1.01...100),
          risk: ratio.number("risk", 0.001, 1e-12...0.5)
        )
        return ratio.flag("check", true) ? rule : nil
      }
    ) {
      sampleRatio = ratio
    }
    method = Self.method(&reader)
  }

  private static func method(_ reader: inout FieldReader) -> Method {
    let rank = reader.inside("mannWhitney") { MannWhitneyRule(&$0) }
    let group = reader.inside("groupSequential") { GroupSequentialRule(&$0) }
    let name = reader.value("method")?.string ?? "sequential"
    if rank != nil, name != "mannWhitney" { reader.fail("mannWhitney", "is for the method mannWhitney only") }
    if group != nil, name != "groupSequential" {
      reader.fail("groupSequential", "is for the method groupSequential only")
    }
    switch name {
    case "sequential": return .sequential
    case "mannWhitney": return .mannWhitney(rank ?? MannWhitneyRule())
    case "groupSequential":
      if group == nil { reader.fail("groupSequential", "is needed: it says the number of looks") }
      return .groupSequential(group ?? GroupSequentialRule(fractions: [1]))
    default:
      reader.fail("method", "must be one of sequential, mannWhitney, groupSequential")
      return .sequential
    }
  }
}

extension MannWhitneyRule {
  fileprivate var json: JSONValue {
    var json: JSONValue = [
      "direction": .string(direction.rawValue), "unit": .string(unit.rawValue),
      "tolerance": .double(tolerance), "allowedIncrease": .double(allowedIncrease),
    ]
    json["confidence"] = confidence.map(JSONValue.double)
    return json
  }

  fileprivate init(_ reader: inout FieldReader) {
    self.init(
      direction: reader.choice("direction", .increase),
      unit: reader.choice("unit", .pods),
      confidence: reader.value("confidence") == nil ? nil : reader.number("confidence", 0.98, 0.5...0.999999),
      tolerance: reader.number("tolerance", 0.25, 0...0.99),
      allowedIncrease: reader.number("allowedIncrease", 1, 1...1000)
    )
  }
}

extension GroupSequentialRule {
  fileprivate init(_ reader: inout FieldReader) {
    let boundary: Boundary = reader.choice("boundary", .lanDeMetsOBrienFleming)
    let each: Occasion = reader.choice("each", .interval)
    let looks = reader.value("looks") == nil ? nil : reader.whole("looks", 1, 1...50)
    let given = reader.numbers("fractions", 0.001...1)
    switch (looks, given) {
    case (let looks?, nil):
      self.init(boundary: boundary, each: each, fractions: (1...looks).map { Double($0) / Double(looks) })
    case (nil, let given?):
      if given.last != 1 { reader.fail("fractions", "the last must be 1") }
      if given.count > 50 { reader.fail("fractions", "at most 50 looks") }
      let isEven = given.indices.allSatisfy { given[$0] == Double($0 + 1) / Double(given.count) }
      if !isEven, boundary == .pocock || boundary == .obrienFleming {
        reader.fail("fractions", "this boundary is for evenly spaced looks; take one of Lan and DeMets")
      }
      self.init(boundary: boundary, each: each, fractions: given)
    default:
      reader.fail("", "one of looks and fractions is needed")
      self.init(boundary: boundary, each: each, fractions: [1])
    }
  }
}
