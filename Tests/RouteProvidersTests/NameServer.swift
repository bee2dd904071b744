import Glibc
import HTTPTransport
import Primitives
import RouteProviders
import Testing
import TrafficPlans

/// Debian's PowerDNS on loopback, with its records in a folder of its own.
final class NameServer: Sendable {
  private static let program = "/usr/sbin/pdns_server"
  private static let schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"

  static let isHere = [program, schema].allSatisfy { (path: String) in access(path, R_OK) == 0 }

  let client = HTTPClient()
  let url: String
  private let port: UInt16
  private let folder: TemporaryFolder
  private let process: ChildProcess

  /// Starts it with a zone `example.com` in which `web` is 192.0.2.1.
  init(lua: String = "yes") async throws {
    folder = try TemporaryFolder()
    let path = folder.path
    let make = "import sqlite3,sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())"
    try ChildProcess.run("/usr/bin/python3", "-c", make, "\(path)/pdns.db", Self.schema)
    port = try UDP.freePort()
    let web = try UDP.freePort()
    url = "http://127.0.0.1:\(web)"
    process = try ChildProcess(
      [
        Self.program, "--config-dir=\(path)", "--launch=gsqlite3", "--gsqlite3-database=\(path)/pdns.db",
        "--local-address=127.0.0.1", "--local-port=\(port)", "--socket-dir=\(path)", "--webserver=yes",
        "--webserver-address=127.0.0.1", "--webserver-port=\(web)", "--api=yes", "--api-key=hunter2",
        "--enable-lua-records=\(lua)", "--guardian=no", "--daemon=no", "--security-poll-suffix=",
      ],
      output: "\(path)/log"
    )
    let zone: JSONValue = ["name": "example.com.", "kind": "Native", "nameservers": ["ns1.example.com."]]
    try await waitFor("PowerDNS at \(url)") { try await call("POST", "", zone) == 201 ? true : nil }
    try await replace("A", ["192.0.2.1"], comments: [["content": "the shop", "account": "jane"]])
  }

  func stop() async {
    await client.shutdown()
    process.stop()
  }

  /// Does what a person does with the API.
  @discardableResult
  func replace(
    _ type: String,
    _ values: [String],
    name: String = "web.example.com.",
    comments: JSONValue = []
  ) async throws -> Int {
    let set: JSONValue = [
      "name": .string(name), "type": .string(type), "changetype": "REPLACE", "ttl": 30,
      "records": .array(values.map { ["content": .string($0), "disabled": false] }), "comments": comments,
    ]
    return try await call("PATCH", "/example.com.", ["rrsets": [set]])
  }

  private func call(_ method: String, _ path: String, _ body: JSONValue) async throws -> Int {
    try await client.send(
      HTTPRequest(
        method: method,
        url: "\(url)/api/v1/servers/localhost/zones\(path)",
        headers: ["X-API-Key": "hunter2"],
        body: Array(body.text().utf8)
      )
    ).status
  }

  /// How often each address comes of so many questions for `web.example.com`, asked from 127.0.0.N.
  func addresses(questions: Int = 1, from asker: Int = 1) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for _ in 0..<questions {
      let answer = try UDP.addresses(of: "web.example.com", port: port, from: asker)
      for address in answer { counts[address, default: 0] += 1 }
    }
    return counts
  }
}

/// Questions to a name server, as resolvers put them.
enum UDP {
  struct Failure: Error {
    let what: String
  }

  /// A port that is free for both protocols, below those that the kernel gives to clients, which may take one at any
  /// time.
  static func freePort() throws -> UInt16 {
    for _ in 0..<100 {
      let port = UInt16.random(in: 20_000..<32_000)
      if [SOCK_DGRAM, SOCK_STREAM].allSatisfy({ isFree(port, Int32($0.rawValue)) }) { return port }
    }
    throw Failure(what: "no port")
  }

  private static func isFree(_ port: UInt16, _ kind: Int32) -> Bool {
    let descriptor = socket(AF_INET, kind, 0)
    defer { close(descriptor) }
    var own = address("127.0.0.1", port)
    return withUnsafePointer(to: &own) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  /// The A records of the name; asked from 127.0.0.N.
  static func addresses(of name: String, port: UInt16, from asker: Int) throws -> [String] {
    let descriptor = try bound(to: asker)
    defer { close(descriptor) }
    var query: [UInt8] = [0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    for label in name.split(separator: ".") { query += [UInt8(label.utf8.count)] + Array(label.utf8) }
    query += [0, 0, 1, 0, 1]
    var server = address("127.0.0.1", port)
    let sent = withUnsafePointer(to: &server) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, query, query.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    var answer = [UInt8](repeating: 0, count: 1500)
    let count = recv(descriptor, &answer, answer.count, 0)
    guard sent == query.count, count >= query.count, answer[3] & 0xF == 0 else {
      throw Failure(what: "no answer for \(name)")
    }
    // Each answer names the question by a pointer of two bytes.
    return (0..<(Int(answer[6]) << 8 | Int(answer[7]))).map { index in
      let place = query.count + index * 16 + 12
      return answer[place..<place + 4].map { "\($0)" }.joined(separator: ".")
    }
  }

  private static func bound(to asker: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var own = address("127.0.0.\(asker)", 0)
    let code = withUnsafePointer(to: &own) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    guard code == 0 else { throw Failure(what: "no socket") }
    return descriptor
  }

  private static func address(_ text: String, _ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, text, &address.sin_addr)
    return address
  }
}
