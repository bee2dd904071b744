import Testing

@testable import GitStore

@Suite("Trailers")
struct TrailerTests {
  @Test(
    arguments: [
      ("Subject\n\nBody\n\nSerin-Id: 7\nSerin-Step: 2\n", [("Serin-Id", "7"), ("Serin-Step", "2")]),
      ("Subject\n\nSerin-Id: 7", [("Serin-Id", "7")]),
      ("Subject\n\nSerin-Why: one\n two\n\tthree\n", [("Serin-Why", "one\ntwo\nthree")]),
      ("Subject\r\n\r\nSerin-Id: 7\r\n", [("Serin-Id", "7")]),
      ("Serin-Id: 7\n", []), ("Subject\nSerin-Id: 7\n", []), ("", []), ("\n\n", []),
      ("Subject\n\nSerin-Id: 7\n\nLast words\n", []), ("Subject\n\nSome text\nSerin-Id: 7\n", []),
      ("Subject\n\nhttp://example.com\n", []), ("Subject\n\n continued\n", []),
      ("Subject\n\nKey:\n", [("Key", "")]),
      ("Subject\n\nNot a key: 1\n", []),
    ] as [(String, [(String, String)])]
  )
  func `trailers are the last paragraph and nothing else`(message: String, expected: [(String, String)]) {
    #expect(GitTrailers(parsing: message).all == expected.map { GitTrailers.Trailer($0.0, $0.1) })
  }

  @Test func `what is formatted is parsed back`() {
    let trailers = GitTrailers([.init("Serin-Rollout", "shop/web"), .init("Serin-Why", "two\nlines")])
    for message in ["Promote", "Promote\n\nBody.\n", "Promote\n\nBody.\n\n\n"] {
      let text = trailers.appended(to: message)
      #expect(GitTrailers(parsing: text) == trailers)
      #expect(text.hasSuffix("\n") && !text.contains("\n\n\n"))
    }
    let more = GitTrailers([.init("B", "2")]).appended(to: GitTrailers([.init("A", "1")]).appended(to: "S"))
    #expect(more == "S\n\nA: 1\nB: 2\n")
  }

  @Test func `a value cannot pass for another trailer`() {
    let text = GitTrailers([
      .init("Serin-Why", "x\nSerin-Id: forged\n\nSerin-Id: forged"), .init("B ad:", "y"),
    ])
    .appended(to: "Subject")
    let parsed = GitTrailers(parsing: text)
    #expect(parsed["Serin-Id"] == nil)
    #expect(parsed.all.count == 2 && parsed["bad"] == "y")
  }
}

@Suite("Names and addresses")
struct NameTests {
  @Test(arguments: ["main", "feature/x", "serin/shop/web", "v1.2", "ümlaut", "a+b", "x@y"])
  func `ordinary branch names are taken`(name: String) throws {
    #expect(try GitNames.reference(ofBranch: name) == "refs/heads/" + name)
  }

  @Test(
    arguments: [
      "", "HEAD", "@", "-f", "a b", "a..b", "a:b", "+a:b", "a*", "a?", "a[", "a~1", "a^", "a\\b", "/a", "a/",
      "a//b", ".a",
      "a/.b", "a.lock", "a.lock/b", "a.", "a@{1}", "a\nb", "a\u{0}", "a\u{7F}",
      String(repeating: "a", count: 201),
    ]
  )
  func `hostile branch names are refused in one line`(name: String) {
    let error = #expect(throws: GitError.self) { try GitNames.reference(ofBranch: name) }
    #expect(error?.message.contains("\n") == false)
  }

  @Test(
    arguments: [
      ("https://u:p@example.com/a.git", GitURL.Scheme.https, "example.com", nil, "/a.git"),
      ("http://example.com:8080/a", .http, "example.com", 8080, "/a"),
      ("ssh://git@example.com:2222/a.git", .ssh, "example.com", 2222, "/a.git"),
      ("git@example.com:shop/a.git", .ssh, "example.com", nil, "shop/a.git"),
      ("https://[::1]:8443/a", .https, "::1", 8443, "/a"),
      ("file:///srv/a%20b.git", .file, "", nil, "/srv/a b.git"),
      ("/srv/a.git", .file, "", nil, "/srv/a.git"),
    ] as [(String, GitURL.Scheme, String, UInt16?, String)]
  )
  func `addresses are taken apart`(
    text: String,
    scheme: GitURL.Scheme,
    host: String,
    port: UInt16?,
    path: String
  ) throws {
    let url = try GitURL(text)
    #expect(url.scheme == scheme && url.host == host && url.port == port && url.path == path)
  }

  @Test(
    arguments: [
      "", "relative/path", "git://example.com/a", "ext::sh -c id", "https://", "https://example.com",
      "ftp://x/y",
      "https://example.com:0/a", "https://example.com:99999/a", "ssh://-oProxyCommand=x/a", "file://host/a",
      "file://",
      "ssh://h/a'b", "h:a'b", "https://exa mple.com/a", "https://example.com/a\nb",
    ]
  )
  func `addresses that nothing can be fetched from are refused`(text: String) {
    let error = #expect(throws: GitError.self) { try GitURL(text) }
    #expect(error?.message.contains("\n") == false)
  }

  @Test(
    arguments: [
      ("https://user:secret@example.com/a", "https://example.com/a"),
      ("https://token@h/a and ssh://u:p@k/b", "https://h/a and ssh://k/b"),
      ("no address", "no address"), ("https://h/a@b", "https://h/a@b"), ("https://a:p@ss@h/x", "https://h/x"),
    ]
  )
  func `credentials are taken out of texts`(text: String, expected: String) {
    #expect(GitURL.redact(text) == expected)
  }

  @Test func `values that hold secrets do not print them`() {
    let remote = GitRemote(url: "https://a:secret@h/x", credentials: .basic(user: "ada", password: "secret"))
    let key = GitCredentials.sshKey(
      user: "git",
      privateKeyPEM: "secret",
      passphrase: "secret",
      knownHosts: ""
    )
    #expect(!"\(remote) \(remote.credentials) \(key)".contains("secret"))
  }
}

@Suite("Known hosts")
struct KnownHostsTests {
  private static let key = Array("\u{0}\u{0}\u{0}\u{B}ssh-ed25519".utf8) + [0, 0, 0, 2, 1, 2]
  // The base64 of the key above.
  private static let text = "AAAAC3NzaC1lZDI1NTE5AAAAAgEC"

  @Test(
    arguments: [
      ("h.example ssh-ed25519 KEY", .trusted), ("a,h.example ssh-ed25519 KEY comment", .trusted),
      ("H.Example ssh-ed25519 KEY", .trusted), ("*.example ssh-ed25519 KEY", .trusted),
      ("*.example,!h.example ssh-ed25519 KEY", .unknown), ("h.exampl? ssh-ed25519 KEY", .trusted),
      ("[h.example]:22 ssh-ed25519 KEY", .trusted), ("[h.example]:2222 ssh-ed25519 KEY", .unknown),
      ("h.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAgED", .changed),
      ("h.example ssh-rsa AAAAB3NzaC1yc2E=", .otherTypes(["ssh-rsa"])),
      ("@revoked h.example ssh-ed25519 KEY", .revoked),
      ("@cert-authority h.example ssh-ed25519 KEY", .unknown), ("# h.example ssh-ed25519 KEY", .unknown),
      ("h.example ssh-ed25519 no!base64", .unknown), ("h.example", .unknown), ("", .unknown),
    ] as [(String, KnownHosts.Verdict)]
  )
  func `lines are understood as ssh does`(line: String, expected: KnownHosts.Verdict) {
    let hosts = KnownHosts(line.replacing("KEY", with: Self.text) + "\r\n")
    #expect(hosts.judge(host: "h.example", port: nil, key: Self.key) == expected)
  }

  @Test func `SHA-1 gives the digests of its standard`() {
    func hex(_ bytes: [UInt8]) -> String {
      bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
    #expect(hex(SHA1.hash([])) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(hex(SHA1.hash(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      hex(SHA1.authenticate(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
        == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
    )
  }
}
