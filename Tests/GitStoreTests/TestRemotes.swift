import Glibc

enum Loopback {
  /// A port that was free a moment ago.
  static func freePort() throws -> UInt16 {
    let (descriptor, port) = try listener(backlog: 1)
    close(descriptor)
    return port
  }

  /// A listening socket that nobody accepts from in time: connections are made by the kernel, and never answered.
  static func listener(backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, size) == 0 && listen(descriptor, backlog) == 0
          && getsockname(descriptor, address, &size) == 0
      }
    }
    guard code else { throw TestFailure("no free port") }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  static func answers(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = Self.address(port: port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}

/// `git http-backend` behind nginx and fcgiwrap, with basic authentication; every repository of a folder is served.
///
/// `/` wants the password of ada, `/open/` wants nothing; the TLS port serves the same.
final class HTTPRemote: Sendable {
  static let password = "p@ss-w0rd-of-ada"
  static let isInstalled = ["/usr/sbin/nginx", "/usr/sbin/fcgiwrap", "/usr/lib/git-core/git-http-backend"]
    .allSatisfy { (path: String) in access(path, X_OK) == 0 }

  let port: UInt16
  let tlsPort: UInt16
  let authorityPEM: String
  private let folder: TestFolder
  private let processes: [TestProcess]

  init(serving root: TestFolder) async throws {
    folder = try TestFolder()
    port = try Loopback.freePort()
    tlsPort = try Loopback.freePort()
    try folder.run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
        "\(folder.path)/key.pem",
        "-out", "\(folder.path)/certificate.pem",
      ]
    )
    authorityPEM = folder.read("certificate.pem")
    try folder.write("ada:{PLAIN}\(Self.password)\n", to: "users")
    try folder.write(Self.configuration(folder.path, root.path, port, tlsPort), to: "nginx.conf")
    let gateway = try TestProcess(
      "/usr/sbin/fcgiwrap",
      ["-c", "4", "-s", "unix:\(folder.path)/cgi.socket"],
      output: "\(folder.path)/fcgiwrap.log"
    )
    let server = try TestProcess(
      "/usr/sbin/nginx",
      ["-p", folder.path, "-c", "\(folder.path)/nginx.conf", "-e", "\(folder.path)/error.log"],
      output: "\(folder.path)/nginx.log"
    )
    processes = [server, gateway]
    let (port, path) = (port, folder.path)
    try await eventually("nginx answers") {
      Loopback.answers(port) && access("\(path)/cgi.socket", F_OK) == 0
    }
  }

  deinit { for process in processes { process.stop() } }

  private static func configuration(_ folder: String, _ root: String, _ port: UInt16, _ tlsPort: UInt16)
    -> String
  {
    func location(_ path: String, _ extra: String) -> String {
      """
          location \(path) {
            \(extra)
            fastcgi_pass unix:\(folder)/cgi.socket;
            fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
            fastcgi_param GIT_PROJECT_ROOT \(root);
            fastcgi_param GIT_HTTP_EXPORT_ALL 1;
            fastcgi_param GIT_CONFIG_COUNT 2;
            fastcgi_param GIT_CONFIG_KEY_0 safe.directory;
            fastcgi_param GIT_CONFIG_VALUE_0 *;
            fastcgi_param GIT_CONFIG_KEY_1 http.receivepack;
            fastcgi_param GIT_CONFIG_VALUE_1 true;
            fastcgi_param PATH_INFO $repository_path;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param REMOTE_USER $remote_user;
          }

      """
    }
    return """
      daemon off; master_process off; user root; worker_processes 1; pid \(folder)/nginx.pid;
      error_log \(folder)/error.log;
      events { worker_connections 64; }
      http {
        access_log \(folder)/access.log;
        client_body_temp_path \(folder)/body; fastcgi_temp_path \(folder)/fastcgi; proxy_temp_path \(folder)/proxy;
        uwsgi_temp_path \(folder)/uwsgi; scgi_temp_path \(folder)/scgi;
        client_max_body_size 0;
        map $uri $repository_path { "~^/open(?<rest>/.*)$" $rest; default $uri; }
        server {
          listen 127.0.0.1:\(port); listen 127.0.0.1:\(tlsPort) ssl;
          ssl_certificate \(folder)/certificate.pem; ssl_certificate_key \(folder)/key.pem;
          location ~ ^/moved(?<moved>/.*)$ { return 301 http://localhost:\(port)$moved$is_args$args; }
          location /broken/ { return 503; }
      \(location("/", "auth_basic shop; auth_basic_user_file \(folder)/users;"))
      \(location("/open/", ""))
        }
      }
      """
  }
}

/// sshd with a configuration, a host key and a port of its own; the user is the one that runs the tests.
final class SSHRemote: Sendable {
  static let isInstalled =
    access("/usr/sbin/sshd", X_OK) == 0 && access("/usr/bin/ssh-keygen", X_OK) == 0
    && getuid() == 0

  let port: UInt16
  /// A key that may log in, and one that may not.
  let key: String
  let strangersKey: String
  /// What a correct `known_hosts` says.
  let knownHosts: String
  /// The same host with another key, as after an attack.
  let forgedKnownHosts: String
  private let process: TestProcess
  private let folder: TestFolder

  init(passphrase: String = "", keyType: String = "ed25519") async throws {
    let folder = try TestFolder()
    self.folder = folder
    port = try Loopback.freePort()
    for (name, type, secret) in [
      ("host", "ed25519", ""), ("other", "ed25519", ""), ("user", keyType, passphrase),
      ("stranger", "ed25519", ""),
    ] {
      try folder.run("/usr/bin/ssh-keygen", ["-q", "-t", type, "-N", secret, "-f", "\(folder.path)/\(name)"])
    }
    try folder.write(folder.read("user.pub"), to: "authorized")
    try folder.write(
      """
      Port \(port)
      ListenAddress 127.0.0.1
      HostKey \(folder.path)/host
      AuthorizedKeysFile \(folder.path)/authorized
      PidFile none
      StrictModes no
      UsePAM no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      PermitRootLogin yes

      """,
      to: "sshd.conf"
    )
    mkdir("/run/sshd", 0o755)
    process = try TestProcess(
      "/usr/sbin/sshd",
      ["-D", "-e", "-f", "\(folder.path)/sshd.conf"],
      output: "\(folder.path)/sshd.log"
    )
    key = folder.read("user")
    strangersKey = folder.read("stranger")
    let port = port
    func line(_ name: String) -> String {
      let fields = folder.read("\(name).pub").split(separator: " ")
      return "[127.0.0.1]:\(port) \(fields[0]) \(fields[1])\n"
    }
    knownHosts = line("host")
    forgedKnownHosts = line("other")
    try await eventually("sshd answers") { Loopback.answers(port) }
  }

  deinit { process.stop() }

  func url(_ path: String) -> String { "ssh://root@127.0.0.1:\(port)\(path)" }

  /// The same `known_hosts` with hashed names, as `ssh-keygen -H` writes it.
  func hashedKnownHosts() throws -> String {
    try folder.write(knownHosts, to: "known")
    try folder.run("/usr/bin/ssh-keygen", ["-H", "-f", "\(folder.path)/known"])
    return folder.read("known")
  }
}
