package import Primitives

extension ComparisonRecord {
  /// The key of the record in the metadata of a measurement, or of a metric's result: a map of strings there, which
  /// the definitions of Argo Rollouts accept.
  package static let metadataKey = "serin.dev/comparison"

  /// The record as one line of JSON; at most about 12 kB for counts, and 5 kB for samples.
  package var text: String { json.text() }

  package var json: JSONValue {
    var json: JSONValue = ["rule": rule.json, "looks": JSONValue(looks), "seconds": .double(seconds)]
    if steps > 0 { json["steps"] = JSONValue(steps) }
    if endsStep { json["endsStep"] = true }
    if skipped > 0 { json["skipped"] = JSONValue(skipped) }
    if !problem.isEmpty { json["problem"] = .string(problem) }
    if isConcluded { json["concluded"] = true }
    if !blocks.isEmpty { json["blocks"] = .array(blocks.map(\.json)) }
    if !canarySamples.isEmpty {
      json["canary"] = .array(canarySamples.map(JSONValue.double))
      json["stable"] = .array(stableSamples.map(JSONValue.double))
      json["looksPerSample"] = JSONValue(looksPerSample)
    }
    json["evidence"] = evidence.json
    json["verdict"] = [
      "phase": .string(verdict.phase.rawValue), "reason": .string(verdict.reason.rawValue),
      "message": .string(message),
    ]
    return json
  }

  /// Reads a record from its text and computes evidence and verdict anew: it is genuine when its ``text`` is the same,
  /// bit for bit.
  package static func read(_ text: String) throws(AnalysisIssue) -> ComparisonRecord {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: text)
    } catch {
      throw AnalysisIssue(path: metadataKey, reason: "is no JSON: \(error)")
    }
    return try ComparisonRecord(json)
  }

  /// Reads a record as ``json`` writes it; evidence and verdict are computed anew from the counts.
  package init(_ json: JSONValue) throws(AnalysisIssue) {
    guard let rule = json["rule"] else { throw AnalysisIssue(path: "rule", reason: "is missing") }
    self.init(rule: try JudgeRule(record: rule))
    looks = max(0, json["looks"]?.int ?? 0)
    steps = max(0, json["steps"]?.int ?? 0)
    endsStep = json["endsStep"]?.bool ?? false
    skipped = max(0, json["skipped"]?.int ?? 0)
    problem = json["problem"]?.string ?? ""
    seconds = json["seconds"]?.double ?? 0
    isConcluded = json["concluded"]?.bool ?? false
    for (index, block) in (json["blocks"]?.array ?? []).enumerated() {
      guard let block = ComparisonBlock(block, categories: self.rule.categories) else {
        throw AnalysisIssue(path: "blocks[\(index)]", reason: "is no block of counts")
      }
      blocks.append(block)
    }
    canarySamples = (json["canary"]?.array ?? []).compactMap(\.double)
    stableSamples = (json["stable"]?.array ?? []).compactMap(\.double)
    looksPerSample = max(1, json["looksPerSample"]?.int ?? 1)
    self = recomputed()
  }

  /// The same counts with evidence and verdict computed from the start.
  package func recomputed() -> ComparisonRecord {
    var progress = ComparisonProgress(self)
    progress.decide()
    return progress.record
  }
}

extension ComparisonEvidence {
  /// Numbers with all their digits; what is infinite has no words in JSON and is left out.
  var json: JSONValue {
    let fields = [
      ("harm", harm), ("harmBoundary", harmBoundary), ("safety", safety), ("safetyBoundary", safetyBoundary),
      ("mismatch", mismatch), ("mismatchBoundary", mismatchBoundary),
    ]
    var json = JSONValue.object([:])
    for (name, value) in fields where value.isFinite { json[name] = .double(value) }
    return json
  }
}

extension ComparisonBlock {
  /// `[weight, looks, canary, stable, bad at the canary…, bad at stable…]`, and for several looks with different shares
  /// the requests of the least and of the greatest share.
  var json: JSONValue {
    var numbers = [looks, requests.canary, requests.stable] + canaryBad + stableBad
    if lowest != requests || highest != requests {
      numbers += [lowest.canary, lowest.stable, highest.canary, highest.stable]
    }
    return .array([weight.map(JSONValue.double) ?? .null] + numbers.map { JSONValue($0) })
  }

  init?(_ json: JSONValue, categories: Int) {
    guard let elements = json.array, let first = elements.first else { return nil }
    let numbers = elements.dropFirst().compactMap(\.int)
    let size = 3 + 2 * categories
    guard numbers.count == elements.count - 1, numbers.count == size || numbers.count == size + 4,
      numbers.allSatisfy({ $0 >= 0 && $0 < 1_000_000_000_000_000_000 })
    else { return nil }
    self.init(
      weight: first.double,
      requests: Requests(canary: numbers[1], stable: numbers[2]),
      canaryBad: Array(numbers[3..<(3 + categories)]),
      stableBad: Array(numbers[(3 + categories)..<size])
    )
    looks = numbers[0]
    if numbers.count > size {
      lowest = Requests(canary: numbers[size], stable: numbers[size + 1])
      highest = Requests(canary: numbers[size + 2], stable: numbers[size + 3])
    }
  }
}
