import Primitives
import Testing

@testable import RolloutCore

/// Hashes against those of Argo Rollouts: computed over the bytes that Go clients of Kubernetes 1.37 and 1.29 write for
/// the templates, or recorded by Argo Rollouts itself (docs/decisions/0001).
@Suite struct AdoptionHashTests {
  static let templates: [(name: String, template: JSONValue, hash: String, before19: String)] = [
    ("small", AdoptionTemplates.small, "5cb7c7554c", "55bf4dc6f5"),
    ("realistic", AdoptionTemplates.realistic, "86c7c7b9c5", "d6db897cf"),
    ("zeros", AdoptionTemplates.zeros, "6d5b668959", "6c5dc86b55"),
    // The last is the constant of Argo Rollouts' own test.
    ("red", AdoptionTemplates.red, "5f78d78c4d", "7bb4fbc896"),
  ]

  @Test(arguments: templates)
  func podTemplateHashIsArgos(_ name: String, _ template: JSONValue, _ hash: String, _ before19: String) {
    #expect(podTemplateHash(of: template) == hash)
    #expect(podTemplateHashBefore19(of: template) == before19)
  }

  @Test func collisionCountEntersTheHash() {
    #expect(podTemplateHash(of: AdoptionTemplates.realistic, collisionCount: 0) == "6d479c6bff")
    #expect(podTemplateHash(of: AdoptionTemplates.realistic, collisionCount: 1) == "567bf546bb")
  }

  /// Every field of every struct is set, so that one field out of order would show.
  @Test func everyFieldStandsWhereGoPutsIt() {
    #expect(
      podTemplateHash(of: Self.filled(.structure(PodTypes.all.index(of: "PodTemplateSpec")))) == "5c65c6b976"
    )
  }

  private static func filled(_ kind: GoTypes.Kind) -> JSONValue {
    switch kind {
    case .string: return "s"
    case .bool: return true
    case .int: return 7
    case .quantity: return "1024Mi"
    case .intOrString: return "http"
    case .time: return "2024-01-02T03:04:05Z"
    case .raw: return .object([:])
    case .structure(let index):
      let members = PodTypes.all[index].fields.map { field -> (String, JSONValue) in
        let value = filled(field.kind)
        switch field.arity {
        case .one, .pointer: return (field.name, value)
        case .list: return (field.name, [value])
        case .map: return (field.name, ["k": value])
        }
      }
      return .object(JSONFields(Dictionary(members, uniquingKeysWith: { first, _ in first })))
    }
  }

  @Test func unknownFieldsAndSpellingsDoNotMatter() {
    var template = AdoptionTemplates.realistic
    template.set("typo", at: "spec", "containerz")
    template.set(.null, at: "spec", "hostname")
    template.set(nil, at: "metadata", "creationTimestamp")
    #expect(podTemplateHash(of: template) == podTemplateHash(of: AdoptionTemplates.realistic))
    let asked: JSONValue = [
      "containers": [["name": "a", "resources": ["limits": ["cpu": 1, "memory": "0.5Gi"]]]]
    ]
    let stored: JSONValue = [
      "containers": [["name": "a", "resources": ["limits": ["cpu": "1", "memory": "512Mi"]]]]
    ]
    #expect(podTemplateHash(of: ["spec": asked]) == podTemplateHash(of: ["spec": stored]))
  }

  @Test func stringsAreQuotedAsGoDoes() {
    var output: [UInt8] = []
    GoEncoder.quote("<a&b> \"\\\n\t\u{8}\u{c}\u{1}\u{7f}é\u{2028}\u{2029}\u{2027}", into: &output)
    let text = String(decoding: output, as: UTF8.self)
    #expect(
      text == #""\u003ca\u0026b\u003e \"\\\n\t\b\f\u0001"# + "\u{7f}é" + #"\u2028\u2029"# + "\u{2027}\""
    )
  }

  // MARK: - Steps

  /// Steps with the hash that Argo Rollouts recorded for them in a status.
  static let steps: [(steps: JSONValue, hash: String)] = [
    (
      [
        ["setWeight": 25],
        ["analysis": ["templates": [["templateName": "random-fail"], ["templateName": "always-pass"]]]],
      ], "84d4b665cd"
    ),
    (
      [
        ["setWeight": 25], ["pause": ["duration": "2m"]], ["setWeight": 50], ["pause": ["duration": "2m"]],
        ["setWeight": 100], ["pause": ["duration": "2m"]],
      ], "f847f885c"
    ), ([["setWeight": 10], ["pause": [:]]], "849b756fd4"),
  ]

  @Test(arguments: steps)
  func stepHashIsArgos(_ steps: JSONValue, _ hash: String) { #expect(stepHash(of: steps) == hash) }

  /// Recorded in 2019, before steps had metadata for their runs.
  @Test(arguments: [
    (
      [
        "experiment": [
          "templates": [
            [
              "name": "canary-preview", "specRef": "canary",
              "metadata": ["labels": ["app": "rollout-canary-preview"]],
              "selector": ["matchLabels": ["app": "rollout-canary-preview"]],
            ]
          ], "analyses": [["name": "stress-test", "templateName": "stress-test"]],
        ]
      ] as JSONValue, "7d595679dd"
    )
  ])
  func experimentsAreWrittenAsArgoDoes(_ step: JSONValue, _ hash: String) {
    let bytes = GoEncoder.bytes(of: step, as: "CanaryStep", in: CanaryStepTypes.all, for: .hash)
    let text = String(decoding: bytes, as: UTF8.self)
    let metadata = #","analysisRunMetadata":{}"#
    #expect(text.contains(metadata))
    #expect(safeHash("[\(text.split(separator: metadata).joined())]".utf8) == hash)
  }

  @Test func everyStepIsWrittenInFull() {
    let steps: [(JSONValue, String)] = [
      (["pause": ["duration": 10]], #"{"pause":{"duration":10}}"#),
      (["pause": ["duration": "10"]], #"{"pause":{"duration":"10"}}"#),
      (
        ["setCanaryScale": ["matchTrafficWeight": false, "weight": 0, "replicas": .null]],
        #"{"setCanaryScale":{"weight":0}}"#
      ),
      (
        ["setHeaderRoute": ["name": "a", "match": [["headerName": "x", "headerValue": ["exact": "<"]]]]],
        #"{"setHeaderRoute":{"name":"a","match":[{"headerName":"x","headerValue":{"exact":"\u003c"}}]}}"#
      ),
      (
        ["setMirrorRoute": ["percentage": 5, "match": [["path": ["prefix": "/"]]], "name": "m"]],
        #"{"setMirrorRoute":{"name":"m","match":[{"path":{"prefix":"/"}}],"percentage":5}}"#
      ),
      (
        ["plugin": ["config": ["b": [1, "x"], "a": .null], "name": "p"], "note": 1],
        #"{"plugin":{"name":"p","config":{"a":null,"b":[1,"x"]}}}"#
      ),
      (
        ["experiment": ["templates": [["name": "c", "specRef": "canary", "service": [:], "weight": 5]]]],
        #"{"experiment":{"templates":[{"name":"c","specRef":"canary","metadata":{},"weight":5,"service":{}}],"#
          + #""analysisRunMetadata":{}}}"#
      ),
    ]
    for (step, text) in steps {
      let bytes = GoEncoder.bytes(of: step, as: "CanaryStep", in: CanaryStepTypes.all, for: .hash)
      #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
  }

  @Test func noStepsHashAsNull() {
    #expect(stepHash(of: .null) == "5ffbfbbd64")
    #expect(stepHash(of: []) == "5ffbfbbd64")
  }

  @Test func ourSpellingOfAnalysisCountsAsTheirs() {
    let analysis: JSONValue = ["templates": [["templateName": "a"]]]
    #expect(stepHash(of: [["analyze": analysis]]) == stepHash(of: [["analysis": analysis]]))
    #expect(stepHash(of: [["analyze": analysis]]) != stepHash(of: [["analyze": ["templates": []]]]))
  }
}
