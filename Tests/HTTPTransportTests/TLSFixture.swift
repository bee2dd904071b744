import Testing

/// An authority, a server certificate for 127.0.0.1 and `shop.example`, and a client certificate, all made anew.
struct TLSFixture: Sendable {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try authority("ca")
    try authority("stranger")
    try folder.write("subjectAltName=IP:127.0.0.1,DNS:shop.example\n", to: "server.ext")
    try folder.write("extendedKeyUsage=clientAuth\n", to: "client.ext")
    for name in ["server", "client"] {
      try openssl(
        "req",
        "-new",
        "-subj",
        "/CN=\(name)",
        "-keyout",
        file("\(name).key"),
        "-out",
        file("\(name).csr")
      )
      try ChildProcess.run(
        "openssl",
        "x509",
        "-req",
        "-in",
        file("\(name).csr"),
        "-CA",
        file("ca.crt"),
        "-CAkey",
        file("ca.key"),
        "-CAcreateserial",
        "-days",
        "1",
        "-extfile",
        file("\(name).ext"),
        "-out",
        file("\(name).crt")
      )
    }
  }

  func file(_ name: String) -> String { "\(folder.path)/\(name)" }

  func pem(_ name: String) throws -> [UInt8] { try folder.read(name) }

  private func authority(_ name: String) throws {
    try openssl(
      "req",
      "-x509",
      "-days",
      "1",
      "-subj",
      "/CN=\(name)",
      "-keyout",
      file("\(name).key"),
      "-out",
      file("\(name).crt")
    )
  }

  private func openssl(_ arguments: String...) throws {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    let status = try ChildProcess(["openssl"] + arguments + key).wait()
    try #require(status == 0, "openssl \(arguments.joined(separator: " ")) ended with \(status)")
  }
}
