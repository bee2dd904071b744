import Glibc
import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

/// A web server that answers with VERSION, drains nothing, and dies of SIGTERM as most do.
private let pythonServer = """
  import http.server, os, sys
  class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
      body = os.environ['VERSION'].encode()
      self.send_response(200)
      self.send_header('Content-Length', str(len(body)))
      self.end_headers()
      self.wfile.write(body)
    def log_message(self, *parts): pass
  print('serving', os.environ['VERSION'], flush=True)
  http.server.ThreadingHTTPServer((os.environ['POD_IP'], 8080), Page).serve_forever()
  """

private func python(_ version: String) -> JSONValue {
  [
    "image": .string("python:\(version)"), "command": ["python3", "-c", .string(pythonServer)],
    "ports": [["name": "http", "containerPort": 8080]],
    "env": [["name": "VERSION", "value": .string(version)]],
    "readinessProbe": ["httpGet": ["port": "http", "path": "/"], "periodSeconds": 1],
  ]
}

private func shell(_ script: String) -> JSONValue { ["command": ["sh", "-c", .string(script)]] }

/// Whether a process exists.
private func isAlive(_ process: pid_t) -> Bool { kill(process, 0) == 0 }

@Suite("Pods as local processes", .timeLimit(.minutes(2)))
struct PodProcessTests {
  @Test func processesBecomeReadyAnswerAndFollowTheirService() async throws {
    try await WorkloadFixture.run(pods: .processes(PodProcessOptions())) { fixture in
      _ = try fixture.store.create(.services, service(targetPort: "http"))
      _ = try fixture.store.create(.replicaSets, workload("ReplicaSet", replicas: 2, container: python("v1")))
      try await eventually("two addresses", within: .seconds(60)) { fixture.offered("web").count == 2 }
      for address in fixture.offered("web") {
        #expect(address.hasPrefix("127.") && address != "127.0.0.1")
        let answer = try await GatewayClient.connect(host: address, port: 8080) { try await $0.get("/") }
        #expect(answer == GatewayAnswer(status: 200, body: "v1"))
      }
      let pod = try #require(fixture.pods.first)
      let log = fixture.workloads.podLog(namespace: "shop", name: pod.pod.name, container: "main")
      #expect(String(decoding: log ?? [], as: UTF8.self) == "serving v1\n")
      try fixture.store.delete(.pods, namespace: "shop", name: pod.pod.name)
      try await eventually("the pod is gone and replaced", within: .seconds(60)) {
        fixture.object(.pods, pod.pod.name) == nil && fixture.offered("web").count == 2
      }
    }
  }

  @Test func aPodLeavesTheEndpointsBeforeItIsToldToEnd() async throws {
    // On SIGTERM the process says so and takes its time.
    let script = "trap 'echo told; sleep 0.3; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    try await WorkloadFixture.run(pods: .processes(PodProcessOptions())) { fixture in
      _ = try fixture.store.create(.services, service())
      _ = try fixture.store.create(
        .replicaSets,
        workload("ReplicaSet", replicas: 1, container: shell(script))
      )
      try await eventually("one address", within: .seconds(60)) { fixture.offered("web").count == 1 }
      let pod = try #require(fixture.pods.first?.pod)
      let logged = { @Sendable in
        let log = fixture.workloads.podLog(namespace: "shop", name: pod.name, container: "main") ?? []
        return String(decoding: log, as: UTF8.self)
      }
      try await eventually("up") { logged() == "up\n" }
      try fixture.store.delete(.pods, namespace: "shop", name: pod.name)
      try await eventually("told to end") { logged().contains("told") }
      let address = pod.status["podIP"]?.string ?? ""
      #expect(!fixture.offered("web").contains(address))
      #expect(fixture.object(.pods, pod.name)?.isBeingDeleted == true)
      try await eventually("gone") { fixture.object(.pods, pod.name) == nil }
    }
  }

  @Test func whoIgnoresTheTermSignalIsKilledAfterTheGracePeriodWithAllItsChildren() async throws {
    // `$$` is a dollar sign in a command, as in Kubernetes.
    let script = "trap '' TERM; sleep 1000 & echo $$$$ $!; while :; do sleep 0.05; done"
    try await WorkloadFixture.run(pods: .processes(PodProcessOptions())) { fixture in
      let grace: JSONValue = ["terminationGracePeriodSeconds": 1]
      let value = workload("ReplicaSet", replicas: 1, container: shell(script), podSpec: grace)
      _ = try fixture.store.create(.replicaSets, value)
      try await eventually("ready", within: .seconds(60)) { fixture.readyPods.count == 1 }
      let name = try #require(fixture.pods.first?.pod.name)
      let processes = Locked<[pid_t]>([])
      try await eventually("its process ids") {
        let log = fixture.workloads.podLog(namespace: "shop", name: name, container: "main") ?? []
        let found = String(decoding: log, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap {
          pid_t($0)
        }
        processes.withLock { $0 = found }
        return found.count == 2
      }
      let running = processes.withLock { $0 }
      #expect(running.allSatisfy(isAlive))
      try fixture.store.delete(.replicaSets, namespace: "shop", name: "web")
      try await eventually("gone", within: .seconds(30)) {
        fixture.pods.isEmpty && !running.contains(where: isAlive)
      }
    }
  }

  @Test func aContainerThatEndsIsRestartedAtOnceAndThenLessAndLessOften() async throws {
    try await WorkloadFixture.run(pods: .processes(PodProcessOptions())) { fixture in
      _ = try fixture.store.create(
        .replicaSets,
        workload("ReplicaSet", replicas: 1, container: shell("exit 7"))
      )
      try await eventually("back-off", within: .seconds(60)) {
        let state = fixture.pods.first?.pod.status["containerStatuses"]?[0]
        return state?.at("state", "waiting", "reason")?.string == "CrashLoopBackOff"
          && state?.at("lastState", "terminated", "exitCode") == 7 && (state?["restartCount"]?.int ?? 0) >= 2
      }
      #expect(fixture.readyPods.isEmpty)
    }
  }

  @Test(
    "What cannot start says why",
    arguments: ["ErrImagePull", "CreateContainerConfigError"]
  )
  func cannotStart(_ reason: String) async throws {
    let missing: JSONValue = ["name": "A", "valueFrom": ["configMapKeyRef": ["name": "gone", "key": "a"]]]
    let container: JSONValue = reason == "ErrImagePull" ? [:] : ["command": ["true"], "env": [missing]]
    try await WorkloadFixture.run(pods: .processes(PodProcessOptions())) { fixture in
      _ = try fixture.store.create(.replicaSets, workload("ReplicaSet", replicas: 1, container: container))
      try await eventually("waiting", within: .seconds(60)) {
        let state = fixture.pods.first?.pod.status["containerStatuses"]?[0]
        return state?.at("state", "waiting", "reason")?.string == reason
      }
    }
  }

  @Test func aFailingLivenessProbeRestartsTheContainer() async throws {
    var container = shell("echo run; exec sleep 1000")
    container["livenessProbe"] = ["exec": ["command": ["false"]], "periodSeconds": 1, "failureThreshold": 1]
    let value = workload("ReplicaSet", replicas: 1, container: container)
    try await WorkloadFixture.run(pods: .processes(PodProcessOptions())) { fixture in
      _ = try fixture.store.create(.replicaSets, value)
      try await eventually("a restart", within: .seconds(60)) {
        (fixture.pods.first?.restarts ?? 0) >= 1
      }
    }
  }

  @Test func aPodThatIsNotRestartedEndsWithItsProcess() async throws {
    try await WorkloadFixture.run(pods: .processes(PodProcessOptions())) { fixture in
      for (name, code, phase) in [("good", "0", "Succeeded"), ("bad", "3", "Failed")] {
        var container = shell("exit \(code)")
        (container["name"], container["image"]) = ("main", "task:1")
        let pod: JSONValue = [
          "metadata": ["name": .string(name), "namespace": "shop"],
          "spec": ["restartPolicy": "Never", "containers": [container]],
        ]
        _ = try fixture.store.create(.pods, pod)
        try await eventually(phase, within: .seconds(60)) {
          fixture.object(.pods, name)?.status["phase"]?.string == phase
        }
        try fixture.store.delete(.pods, namespace: "shop", name: name)
        try await eventually("gone") { fixture.object(.pods, name) == nil }
      }
    }
  }

  @Test func noRequestFailsWhilePodsAreReplacedUnderLoad() async throws {
    let strategy: JSONValue = ["strategy": ["rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]]]
    try await WorkloadFixture.run(pods: .processes(PodProcessOptions())) { fixture in
      let store = fixture.store
      _ = try store.create(.services, service(targetPort: "http"))
      _ = try store.create(
        .deployments,
        workload("Deployment", replicas: 3, container: python("v1"), spec: strategy)
      )
      try await eventually("v1", within: .seconds(60)) { fixture.offered("web").count == 3 }
      try await withGateway(store) { gateway, port in
        let isDone = Gate()
        try await withThrowingTaskGroup(of: [GatewayAnswer: Int].self) { group in
          for _ in 0..<4 {
            group.addTask {
              try await GatewayClient.connect(port: port) { client in
                var answers: [GatewayAnswer: Int] = [:]
                while !isDone.isOpen { answers[try await client.get("/", host: "web.shop"), default: 0] += 1 }
                return answers
              }
            }
          }
          try store.update(.deployments, namespace: "shop", name: "web") { deployment in
            var container = python("v2")
            container["name"] = "main"
            deployment.set([container], at: "spec", "template", "spec", "containers")
          }
          try await eventually("v2", within: .seconds(90)) {
            fixture.pods.count == 3
              && fixture.pods.allSatisfy {
                $0.isReady && $0.pod.spec["containers"]?[0]?["image"] == "python:v2"
              }
          }
          isDone.open()
          var all: [GatewayAnswer: Int] = [:]
          for try await answers in group { all.merge(answers, uniquingKeysWith: +) }
          #expect(all.keys.allSatisfy { $0.status == 200 }, "\(all)")
          #expect(Set(all.keys.map(\.body)) == ["v1", "v2"])
          #expect(gateway.counts(namespace: "shop", service: "web", window: .seconds(300)).errors == 0)
        }
      }
    }
  }
}
