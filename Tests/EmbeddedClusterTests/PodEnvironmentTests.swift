import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

@Suite("Container commands and environments")
struct PodEnvironmentTests {
  private static let pod: JSONValue = [
    "metadata": [
      "name": "web-1", "namespace": "shop", "uid": "u-1", "labels": ["app": "web"],
      "annotations": ["team": "blue"],
    ],
    "status": ["podIP": "127.64.0.9"],
  ]

  private static let objects: [String: JSONValue] = [
    "ConfigMap/settings": ["data": ["colour": "green", "size": "7"]],
    "Secret/keys": ["data": ["token": "czNjcjN0"]],
  ]

  private func variables(_ container: JSONValue) throws(PodConfigurationError) -> [String: String] {
    let environment = PodEnvironment(pod: Self.pod) { type, name in Self.objects["\(type.kind)/\(name)"] }
    return Dictionary(try environment.variables(of: container).map { ($0.name, $0.value) }) { $1 }
  }

  @Test func valuesComeFromThePodConfigMapsAndSecrets() throws {
    let container: JSONValue = [
      "envFrom": [["prefix": "CFG_", "configMapRef": ["name": "settings"]]],
      "env": [
        ["name": "NAME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
        ["name": "APP", "valueFrom": ["fieldRef": ["fieldPath": "metadata.labels['app']"]]],
        ["name": "TEAM", "valueFrom": ["fieldRef": ["fieldPath": "metadata.annotations['team']"]]],
        ["name": "IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]],
        ["name": "COLOUR", "valueFrom": ["configMapKeyRef": ["name": "settings", "key": "colour"]]],
        ["name": "TOKEN", "valueFrom": ["secretKeyRef": ["name": "keys", "key": "token"]]],
        ["name": "NONE", "valueFrom": ["secretKeyRef": ["name": "gone", "key": "x", "optional": true]]],
        ["name": "URL", "value": "http://$(IP):80/$(MISSING)/$$(IP)"],
      ],
    ]
    #expect(
      try variables(container) == [
        "CFG_colour": "green", "CFG_size": "7", "NAME": "web-1", "APP": "web", "TEAM": "blue",
        "IP": "127.64.0.9", "COLOUR": "green", "TOKEN": "s3cr3t",
        "URL": "http://127.64.0.9:80/$(MISSING)/$(IP)",
      ]
    )
  }

  @Test(
    "A missing object or key is named",
    arguments: [
      ("configMapKeyRef", "gone", "x", "configmap \"gone\" not found"),
      ("secretKeyRef", "keys", "other", "couldn't find key other in Secret shop/keys"),
    ]
  )
  func missing(_ kind: String, _ name: String, _ key: String, _ message: String) {
    let reference: JSONValue = ["name": .string(name), "key": .string(key)]
    let container: JSONValue = ["env": [["name": "A", "valueFrom": .object([kind: reference])]]]
    #expect(throws: PodConfigurationError(message: message)) { try variables(container) }
  }

  @Test(
    "An image is taken apart",
    arguments: [
      ("shop:v2", "shop", "shop", "v2"), ("shop", "shop", "shop", "latest"),
      ("example.com:5000/team/shop:v2", "example.com:5000/team/shop", "shop", "v2"),
      ("shop:v2@sha256:00", "shop", "shop", "v2"),
    ]
  )
  func image(_ text: String, _ repository: String, _ name: String, _ tag: String) {
    let image = ImageReference(text)
    #expect(image.repository == repository)
    #expect(image.name == name)
    #expect(image.tag == tag)
  }

  @Test func anImageStandsForAProgramAndItsTagIsTold() throws {
    let options = PodProcessOptions(imageCommands: ["shop": ["/bin/serin", "demo-app"]], addressSeed: 1)
    let command = ContainerCommand(options: options) { _, _ in nil }
    let process = try command.process(of: ["image": "shop:v2", "args": ["--port", "80"]], pod: Self.pod)
    #expect(process.arguments == ["/bin/serin", "demo-app", "--port", "80"])
    #expect(process.environment.contains("IMAGE_TAG=v2"))
    #expect(throws: ContainerStartError.self) {
      try command.process(of: ["image": "other:v2"], pod: Self.pod)
    }
  }

  @Test func aProbeTurnsOnlyAfterItsThreshold() throws {
    let probe = try #require(
      Probe(
        ["tcpSocket": ["port": "http"], "failureThreshold": 2],
        container: ["ports": [["name": "http", "containerPort": 80]]]
      )
    )
    #expect(probe.action == .tcp(port: 80, host: nil))
    var state = ProbeState(isPassing: false)
    state.record(true, for: probe)
    #expect(state.isPassing)
    state.record(false, for: probe)
    #expect(state.isPassing)
    state.record(false, for: probe)
    #expect(!state.isPassing)
  }

  @Test func aLogKeepsItsEndOnly() {
    var ring = LogRing(limit: 100)
    for number in 0..<1000 { ring.append(Array("line \(number)\n".utf8)) }
    let text = String(decoding: ring.bytes, as: UTF8.self)
    #expect(text.hasSuffix("line 999\n"))
    #expect(text.utf8.count <= 100)
  }
}
