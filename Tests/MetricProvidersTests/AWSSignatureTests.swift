import AnalysisCore
import HTTPTransport
import Primitives
import Testing

@testable import MetricProviders

@Suite struct AWSSignatureTests {
  private func hash(_ text: String) -> String { SHA256.hexadecimal(SHA256.hash(Array(text.utf8))) }

  /// FIPS 180-4's own examples, and the lengths at which a block fills up.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    (
      String(repeating: "a", count: 10_000),
      "27dd1f61b867b6a0f6e9d8a41c43231de52107e53ae424de8f847b821db4b711"
    ),
  ])
  func `a hash is that of the standard`(text: String, digest: String) {
    #expect(hash(text) == digest)
  }

  /// RFC 4231, cases 1, 2 and 6.
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0b, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func `a keyed hash is that of the standard`(key: [UInt8], text: String, digest: String) {
    #expect(SHA256.hexadecimal(SHA256.authentication(key: key, Array(text.utf8))) == digest)
  }

  struct Vector: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = "GET"
    var url = "https://example.amazonaws.com/"
    var headers: [(String, String)] = []
    var body = ""
    var service = "service"
    var token = ""
    let signature: String
  }

  /// AWS' published test suite and the example of its documentation; the last three were computed by AWS' own library.
  static let vectors = [
    Vector(
      testDescription: "get-vanilla",
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    ),
    Vector(
      testDescription: "post-vanilla",
      method: "POST",
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    ),
    Vector(
      testDescription: "get-vanilla-query-order-key-case",
      url: "https://example.amazonaws.com/?Param2=value2&Param1=value1",
      signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    ),
    Vector(
      testDescription: "get-unreserved",
      url: "https://example.amazonaws.com/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
      signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
    ),
    Vector(
      testDescription: "the example of the documentation",
      url: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
      headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
      service: "iam",
      signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    ),
    Vector(
      testDescription: "a path with percent signs",
      url: "https://example.amazonaws.com/%E1%88%B4",
      signature: "697b34846207a3f72246f99d74ae1ee4fe54f44bb06730c58a0d339eb079596d"
    ),
    Vector(
      testDescription: "a query to a workspace",
      url: "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/query?query="
        + "sum%28rate%28http_requests_total%7Bcode%3D~%225..%22%7D%5B1m%5D%29%29&time=1",
      service: "aps",
      signature: "1bab7d0224b1ded5574ab1952f31a801dc095ae2a503d271a9f4bcac3dd4cf29"
    ),
    Vector(
      testDescription: "a body, headers and a port",
      method: "POST",
      url: "https://monitoring.us-east-1.amazonaws.com:8443/",
      headers: [
        ("Content-Type", "application/x-amz-json-1.0"),
        ("X-Amz-Target", "GraniteServiceVersion20100801.GetMetricData"),
      ],
      body: #"{"a":1}"#,
      service: "monitoring",
      signature: "86b39491c77e6b22d62a1e5daac8c62ee26f8422ef6bff47795ea19358c4a133"
    ),
  ]

  @Test(arguments: vectors)
  func `a signature is the one that AWS computes`(vector: Vector) throws {
    let credentials = AWSCredentials(
      accessKeyID: "AKIDEXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      sessionToken: vector.token
    )
    let now = try #require(Instant("2015-08-30T12:36:00Z"))
    let signature = AWSSignature(
      credentials: credentials,
      region: "us-east-1",
      service: vector.service,
      now: now
    )
    let request = HTTPRequest(
      method: vector.method,
      url: vector.url,
      headers: HTTPHeaders(vector.headers),
      body: Array(vector.body.utf8)
    )
    let signed = try signature.sign(request)
    let field = try #require(signed.headers["Authorization"])
    #expect(field.hasSuffix("Signature=\(vector.signature)"), "\(field)")
    #expect(
      field.hasPrefix(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(vector.service)/aws4_request, SignedHeaders="
      )
    )
    #expect(signed.headers["X-Amz-Date"] == "20150830T123600Z")
    #expect(signed.followRedirects == 0)
  }

  @Test func `a session's token is signed, too`() throws {
    let credentials = AWSCredentials(accessKeyID: "A", secretAccessKey: "s3cr3t", sessionToken: "t0k3n")
    let now = Instant(secondsSinceEpoch: 0)
    let signature = AWSSignature(credentials: credentials, region: "eu", service: "aps", now: now)
    let signed = try signature.sign(HTTPRequest(url: "http://h:80/x"))
    #expect(signed.headers["X-Amz-Security-Token"] == "t0k3n")
    #expect(signed.headers["Authorization"]?.contains("host;x-amz-date;x-amz-security-token") == true)
    #expect(signed.headers["Host"] == "h")
    #expect(!"\(credentials)".contains("s3cr3t") && !"\(credentials)".contains("t0k3n"))
  }
}
