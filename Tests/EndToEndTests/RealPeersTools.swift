import Glibc
import Subprocess
import Testing

/// What a program said, and how it ended.
struct Ran: Sendable, CustomStringConvertible {
  let code: Int
  let output: String
  let words: String

  var description: String { "ended with \(code): \(output)\(words)" }

  /// The one line that a command in trouble prints, without the line break; nil when it is not exactly one.
  var oneLine: String? {
    let lines = words.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return lines.count == 2 && lines[1].isEmpty ? lines[0] : nil
  }

  /// Runs a program to its end.
  static func program(
    _ path: String,
    _ arguments: [String],
    environment: [String: String] = [:],
    input: String = ""
  ) async throws -> Ran {
    let changes = environment.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
    let result = try await Subprocess.run(
      .name("env"),
      arguments: Arguments([path] + arguments),
      environment: .inherit.updating(Dictionary(uniqueKeysWithValues: changes)),
      input: .string(input),
      output: .string(limit: 8 << 20),
      error: .string(limit: 1 << 20)
    )
    let code: Int =
      switch result.terminationStatus {
      case .exited(let code): Int(code)
      case .signaled(let signal): -Int(signal)
      }
    return Ran(code: code, output: result.standardOutput, words: result.standardError)
  }
}

/// kubectl, as people have it.
enum Kubectl {
  /// `SERIN_KUBECTL`, else the repository's own, else the first on the PATH; nil when there is none.
  static let path: String? = {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let folders = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
    let places =
      (getenv("SERIN_KUBECTL").map { [String(cString: $0)] } ?? []) + ["/\(root)/.venv/bin/kubectl"]
      + folders.map { "\($0)/kubectl" }
    return places.first { access($0, X_OK) == 0 }
  }()

  static var exists: Bool { path != nil }
  static let missing: Comment = "no kubectl: name one in SERIN_KUBECTL"
}

extension Stage {
  /// Runs a command of `serin` against the cluster.
  func serin(_ arguments: String...) async throws -> Ran {
    try await Ran.program(binary, arguments, environment: ["KUBECONFIG": kubeconfig])
  }

  /// Runs kubectl against the cluster and wants it to succeed.
  @discardableResult
  func kubectl(
    _ arguments: String...,
    input: String = "",
    environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let path = try #require(Kubectl.path)
    let home = ["KUBECONFIG": kubeconfig, "HOME": folder].merging(environment) { _, new in new }
    let ran = try await Ran.program(path, arguments, environment: home, input: input)
    try #require(
      ran.code == 0,
      "kubectl \(arguments.joined(separator: " ")) \(ran)",
      sourceLocation: sourceLocation
    )
    return ran.output
  }

  /// Waits, with kubectl, until the rollout is in the phase.
  func waitForPhase(
    _ phase: String,
    _ rollout: String,
    _ namespace: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await kubectl(
      "-n",
      namespace,
      "wait",
      "--for=jsonpath={.status.phase}=\(phase)",
      "rollout/\(rollout)",
      "--timeout=40s",
      sourceLocation: sourceLocation
    )
  }
}

/// A web server on loopback: fixed answers, and repositories behind basic authentication.
final class WebServer: Sendable {
  static let isInstalled = ["/usr/sbin/nginx", "/usr/sbin/fcgiwrap", "/usr/lib/git-core/git-http-backend"]
    .allSatisfy { (path: String) in access(path, X_OK) == 0 }
  static let missing: Comment = "nginx, fcgiwrap or git-http-backend is not installed"

  let url: String
  private let log: String
  private let processes: [ChildProcess]

  /// What was asked, as `GET /path`, in order.
  var requests: [String] { (Files.read(log) ?? "").split(separator: "\n").map(String.init) }

  /// Serves the answers by path, and the bare repositories of the folder under `/git/` to ada with `password`;
  /// `locations` are more blocks of nginx' own language.
  init(
    in folder: String,
    answers: [String: (status: Int, body: String)] = [:],
    locations more: [String] = [],
    password: String = "secret"
  ) async throws {
    let root = "\(folder)/web"
    log = "\(root)/requests"
    mkdir(root, 0o755)
    let port = try FreePort.next()
    try Files.write("ada:{PLAIN}\(password)\n", to: "\(root)/users")
    let locations = answers.map { path, answer in
      "location \(path) { return \(answer.status) '\(answer.body)'; }"
    }
    try Files.write(
      Self.configuration(root, folder, port, (locations + more).joined(separator: "\n")),
      to: "\(root)/nginx.conf"
    )
    processes = [
      try ChildProcess(
        ["/usr/sbin/nginx", "-p", root, "-c", "\(root)/nginx.conf", "-e", "\(root)/error.log"],
        output: "\(root)/nginx.log"
      ),
      try ChildProcess(
        ["/usr/sbin/fcgiwrap", "-c", "1", "-s", "unix:\(root)/cgi.socket"],
        output: "\(root)/cgi.log"
      ),
    ]
    url = "http://127.0.0.1:\(port)"
    try await waitUntil("nginx to listen", within: .seconds(10)) {
      FreePort.answers(port) && access("\(root)/cgi.socket", F_OK) == 0
    }
  }

  private static func configuration(_ root: String, _ repositories: String, _ port: Int, _ locations: String)
    -> String
  {
    """
    daemon off; master_process off; user root; worker_processes 1; pid \(root)/nginx.pid;
    error_log \(root)/error.log;
    events { worker_connections 256; }
    http {
      log_format plain '$request_method $request_uri'; access_log \(root)/requests plain;
      default_type application/json;
      client_body_temp_path \(root)/body; fastcgi_temp_path \(root)/fastcgi; proxy_temp_path \(root)/proxy;
      uwsgi_temp_path \(root)/uwsgi; scgi_temp_path \(root)/scgi;
      server {
        listen 127.0.0.1:\(port);
        \(locations)
        location ~ ^/git(?<repository>/.*)$ {
          auth_basic shop; auth_basic_user_file \(root)/users;
          fastcgi_pass unix:\(root)/cgi.socket;
          fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
          fastcgi_param GIT_PROJECT_ROOT \(repositories);
          fastcgi_param GIT_HTTP_EXPORT_ALL 1;
          fastcgi_param GIT_CONFIG_COUNT 2;
          fastcgi_param GIT_CONFIG_KEY_0 safe.directory; fastcgi_param GIT_CONFIG_VALUE_0 *;
          fastcgi_param GIT_CONFIG_KEY_1 http.receivepack; fastcgi_param GIT_CONFIG_VALUE_1 true;
          fastcgi_param PATH_INFO $repository; fastcgi_param QUERY_STRING $query_string;
          fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_TYPE $content_type;
          fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param REMOTE_USER $remote_user;
        }
      }
    }
    """
  }
}

/// A port of loopback at which somebody listens who never answers.
final class SilentPort: Sendable {
  let port: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    try #require(isListening, "no port to listen at")
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  func close() { Glibc.close(descriptor) }
}

/// TCP ports of 127.0.0.1.
enum FreePort {
  /// A port that was free a moment ago.
  static func next() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = Self.address(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    try #require(isBound, "no free port")
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Whether somebody listens on the port.
  static func answers(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = Self.address(UInt16(port))
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
