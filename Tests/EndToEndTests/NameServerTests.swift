import Glibc
import HTTPTransport
import KubeClient
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Releases by the addresses of a name at a real PowerDNS.
  @Suite struct NameServerTests {
    private static let program = "/usr/sbin/pdns_server"
    private static let schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
    private static let isHere = [program, schema].allSatisfy { (path: String) in access(path, R_OK) == 0 }

    /// A server with `shop.example.com` at 192.0.2.1, for as long as it is held.
    private final class NameServer: Sendable {
      let url: String
      private let process: ChildProcess
      private let client = HTTPClient()

      init(in folder: String) async throws {
        let make = "import sqlite3,sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())"
        let database = "\(folder)/pdns.db"
        let maker = try ChildProcess(
          ["/usr/bin/python3", "-c", make, database, schema],
          output: "\(folder)/pdns.log"
        )
        try await waitUntil("the database of records") { maker.exitCode() == 0 }
        let (port, web) = (try FreePort.next(), try FreePort.next())
        url = "http://127.0.0.1:\(web)"
        process = try ChildProcess(
          [
            program, "--config-dir=\(folder)", "--launch=gsqlite3", "--gsqlite3-database=\(database)",
            "--local-address=127.0.0.1", "--local-port=\(port)", "--socket-dir=\(folder)", "--webserver=yes",
            "--webserver-address=127.0.0.1", "--webserver-port=\(web)", "--api=yes", "--api-key=hunter2",
            "--enable-lua-records=yes", "--guardian=no", "--daemon=no", "--security-poll-suffix=",
          ],
          output: "\(folder)/pdns.log"
        )
        let set: JSONValue = [
          "name": "shop.example.com.", "type": "A", "ttl": 6,
          "records": [["content": "192.0.2.1", "disabled": false]],
        ]
        let zone: JSONValue = [
          "name": "example.com.", "kind": "Native", "nameservers": ["ns1.example.com."], "rrsets": [set],
        ]
        try await waitUntil("PowerDNS") { try await ask("POST", "", Array(zone.text().utf8)).status == 201 }
      }

      private func ask(_ method: String, _ path: String, _ body: [UInt8] = []) async throws -> HTTPResponse {
        try await client.send(
          HTTPRequest(
            method: method,
            url: "\(url)/api/v1/servers/localhost/zones\(path)",
            headers: ["X-API-Key": "hunter2"],
            body: body
          )
        )
      }

      /// The records of the name, such as `A 192.0.2.1`.
      func records() async throws -> [String] {
        let answer = try await ask("GET", "/example.com.?rrset_name=shop.example.com.")
        return (try JSONValue(parsing: answer.body)["rrsets"]?.array ?? []).flatMap { set in
          (set["records"]?.array ?? []).map {
            "\(set["type"]?.string ?? "") \($0["content"]?.string ?? "")"
          }
        }
      }

      func stop() async { await client.shutdown() }
    }

    private static func routing(_ server: NameServer) -> JSONValue {
      let plugin: JSONValue = [
        "url": .string(server.url), "secretRef": ["name": "powerdns", "key": "api-key"],
        "zone": "example.com", "name": "shop.example.com", "stable": ["192.0.2.1"], "canary": ["192.0.2.9"],
      ]
      return [
        "stableService": "stable", "canaryService": "canary", "abortScaleDownDelaySeconds": 1,
        "trafficRouting": ["plugins": ["serin.dev/powerdns": plugin]],
      ]
    }

    private func size(_ stage: Stage, of revision: String) async throws -> Int? {
      try await stage.list(.replicaSets, "default").first {
        $0.annotation("rollout.argoproj.io/revision") == revision
      }?.spec["replicas"]?.int
    }

    @Test(.timeLimit(.minutes(2)), .enabled(if: isHere, "no PowerDNS here; make setup installs it"))
    func nameIsSplitAndAbortedPodsWaitForItsTime() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let server = try await NameServer(in: stage.folder)
        let controller = try Controller(on: stage)
        let routing = Self.routing(server)
        let steps: JSONValue = [["setWeight": 20], ["pause": [:]]]
        let objects = [Manifests.service("stable"), Manifests.service("canary")]
        try await stage.apply(Manifests.text(objects + [Manifests.canary("v1", steps, routing)]))
        try await waitUntil("the missing Secret to be told of") {
          try await stage.list(.events, "default").contains { event in
            event["reason"] == "TrafficRoutingError"
              && event["message"]?.string?.contains("Secret default/powerdns") == true
          }
        }
        let secret: JSONValue = [
          "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "powerdns", "namespace": "default"],
          "data": ["api-key": "aHVudGVyMgo="],
        ]
        _ = try await stage.client.create(.secrets, secret)
        try await stage.waitForPhase("Healthy", "web", "default")
        #expect(try await server.records() == ["A 192.0.2.1"])

        try await stage.apply(Manifests.text([Manifests.canary("v2", steps, routing)]))
        try await stage.waitForPhase("Paused", "web", "default")
        let choice = "LUA A \"pickwrandom({{20,'192.0.2.9'},{80,'192.0.2.1'}})\""
        #expect(try await server.records() == [choice])
        #expect(try await stage.serin("abort", "web").code == 0)
        try await waitUntil("the name to be as it was") {
          try await server.records() == ["A 192.0.2.1"]
        }
        let start = ContinuousClock.now
        try await waitUntil("the aborted pods to go") { try await size(stage, of: "2") == 0 }
        #expect(ContinuousClock.now - start > .seconds(4), "the record lives for six seconds")
        #expect(await controller.stop())
        await server.stop()
      }
    }
  }
}
