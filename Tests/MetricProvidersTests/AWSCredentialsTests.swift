import AnalysisCore
import HTTPTransport
import Primitives
import Testing

@testable import MetricProviders

/// Where keys for AWS are looked for, against recorded answers.
@Suite struct AWSCredentialsTests {
  private let now = Instant(secondsSinceEpoch: 1_700_000_000)

  private func context(
    _ environment: [String: String],
    files: [String: String] = [:],
    session: ProviderSession = ProviderSession()
  ) -> ProviderContext {
    ProviderContext(
      client: HTTPClient(),
      session: session,
      now: now,
      environment: environment,
      readFile: { files[$0].map { Array($0.utf8) } }
    )
  }

  private func failure(_ environment: [String: String], _ identity: AWSIdentity = AWSIdentity()) async
    -> String
  {
    do throws(ProviderFailure) {
      _ = try await context(environment).credentials(for: identity, region: "eu-west-1")
      return "no failure"
    } catch {
      return error.description
    }
  }

  private static let role = #"""
    <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>a&amp;b&lt;
    </SecretAccessKey><SessionToken>t/+=</SessionToken><Expiration>2023-11-14T23:13:20Z</Expiration></Credentials>
    </AssumeRoleResult></AssumeRoleResponse>
    """#

  @Test func `variables come before files, a named profile before both`() async throws {
    let file = """
      [default]
      aws_access_key_id = D
      aws_secret_access_key=d
      # comment = 1
      [ team ]
      AWS_ACCESS_KEY_ID=T
      aws_secret_access_key = t=
      aws_session_token = s
      [half]
      aws_access_key_id = H
      """
    let keys = ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "e", "HOME": "/home/x"]
    let files = ["/home/x/.aws/credentials": file, "/other": file]
    let both = context(keys, files: files)
    #expect(try await both.credentials(for: AWSIdentity(), region: "r").accessKeyID == "E")
    let team = try await both.credentials(for: AWSIdentity(profile: "team"), region: "r")
    #expect(team == AWSCredentials(accessKeyID: "T", secretAccessKey: "t=", sessionToken: "s"))
    let other = context(["AWS_SHARED_CREDENTIALS_FILE": "/other"], files: files)
    #expect(try await other.credentials(for: AWSIdentity(), region: "r").accessKeyID == "D")
    let named = context(["AWS_SHARED_CREDENTIALS_FILE": "/other", "AWS_PROFILE": "team"], files: files)
    #expect(try await named.credentials(for: AWSIdentity(), region: "r").accessKeyID == "T")
    #expect(
      await failure([:], AWSIdentity(profile: "half"))
        == "the profile \"half\" has no keys in the shared credentials file"
    )
  }

  @Test func `a workload's token is changed for a role's keys, which are kept`() async throws {
    let server = RawServer.answering { _ in RawServer.ok(Self.role) }
    defer { server.stop() }
    let session = ProviderSession()
    let environment = [
      "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/x",
      "AWS_ENDPOINT_URL_STS": server.url,
    ]
    var context = context(environment, files: ["/token": "hunter2-jwt\n"], session: session)
    let found = try await context.credentials(for: AWSIdentity(), region: "eu-west-1")
    #expect(found.accessKeyID == "ASIA" && found.sessionToken == "t/+=")
    #expect(found.secretAccessKey == "a&b<\n")
    let request = try #require(server.requests.first)
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx"
        + "&WebIdentityToken=hunter2-jwt&RoleSessionName=serin&Version=2011-06-15"
    )
    #expect(request.header("Authorization") == nil)
    context.now = now + .seconds(3299)
    _ = try await context.credentials(for: AWSIdentity(), region: "eu-west-1")
    #expect(server.requestCount == 1)
    // Five minutes before their end they are fetched anew.
    context.now = now + .seconds(3300)
    _ = try await context.credentials(for: AWSIdentity(), region: "eu-west-1")
    #expect(server.requestCount == 2)
  }

  @Test func `a role is assumed with the keys that were found`() async throws {
    let server = RawServer.answering { _ in RawServer.ok(Self.role) }
    defer { server.stop() }
    let context = context([
      "AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "e", "AWS_ENDPOINT_URL_STS": server.url,
      "AWS_ROLE_SESSION_NAME": "me",
    ])
    let identity = AWSIdentity(roleARN: "arn:aws:iam::1:role/y")
    #expect(try await context.credentials(for: identity, region: "eu-west-1").accessKeyID == "ASIA")
    let field = server.requests.first?.header("Authorization") ?? ""
    #expect(field.contains("Credential=E/20231114/eu-west-1/sts/aws4_request"), "\(field)")
    let form = String(decoding: server.requests.first?.body ?? [], as: UTF8.self)
    #expect(form.contains("RoleSessionName=me"))
  }

  @Test func `a container and a machine tell their keys`() async throws {
    let keys =
      #"{"AccessKeyId":"ASIA","SecretAccessKey":"k","Token":"t","Expiration":"2023-11-15T00:00:00Z"}"#
    let server = RawServer.answering { request in
      switch (request.method, request.target) {
      case ("GET", "/pod") where request.header("Authorization") == "hunter2-agent": RawServer.ok(keys)
      case ("PUT", "/latest/api/token"): RawServer.ok("hunter2-imds")
      case ("GET", "/latest/meta-data/iam/security-credentials/"): RawServer.ok("node")
      case ("GET", "/latest/meta-data/iam/security-credentials/node")
      where request.header("X-aws-ec2-metadata-token") == "hunter2-imds":
        RawServer.ok(keys)
      default: "HTTP/1.1 403 F\r\nContent-Length: 0\r\n\r\n"
      }
    }
    defer { server.stop() }
    let container = [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(server.url)/pod",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/agent",
    ]
    let pod = context(container, files: ["/agent": "hunter2-agent\n"])
    #expect(try await pod.credentials(for: AWSIdentity(), region: "r").sessionToken == "t")
    let machine = context(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url])
    #expect(try await machine.credentials(for: AWSIdentity(), region: "r").accessKeyID == "ASIA")
    #expect(
      await failure(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(server.url)/pod"])
        == "cannot get credentials of the container: GET \(server.url)/pod: the server answered 403 with "
    )
  }

  @Test func `no way to any keys is said in one line`() async {
    #expect(
      await failure(["AWS_EC2_METADATA_DISABLED": "true"])
        == "no credentials for AWS are given, neither as variables nor as a token of the workload"
    )
    let unread = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/none", "AWS_ROLE_ARN": "r"]
    #expect(await failure(unread) == "cannot read the token in /none")
    let port = RawServer.freePort()
    let error = await failure(["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:\(port)"])
    #expect(
      error.hasPrefix(
        "cannot get credentials of the machine: PUT http://127.0.0.1:\(port)/latest/api/token: "
      )
    )
  }

  @Test(arguments: [
    "", "{}", "<a></a>", #"{"AccessKeyId":"a"}"#, "<AccessKeyId>a</AccessKeyId><SecretAccessKey>",
  ])
  func `an answer without keys is refused`(body: String) {
    #expect(throws: ProviderFailure("the answer has no credentials")) {
      try AWSCredentials.read(Array(body.utf8))
    }
  }

  @Test(arguments: [
    (AWSIdentity(region: "eu-central-1"), [:], "http://h", "eu-central-1/aps"),
    (AWSIdentity(), ["AWS_DEFAULT_REGION": "us-west-2"], "http://h", "us-west-2/aps"),
    (AWSIdentity(), [:], "https://aps-workspaces.ap-south-1.amazonaws.com/w", "ap-south-1/aps"),
    (AWSIdentity(), [:], "https://id.execute-api.sa-east-1.amazonaws.com/w", "sa-east-1/execute-api"),
  ])
  func `region and service are read off the spec, the environment or the host`(
    identity: AWSIdentity,
    environment: [String: String],
    url: String,
    scope: String
  ) async throws {
    let keys = ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "e"].merging(environment) { first, _ in
      first
    }
    let signed = try await context(keys).signed(HTTPRequest(url: url), as: identity)
    #expect(signed.headers["Authorization"]?.contains("Credential=E/20231114/\(scope)/aws4_request") == true)
  }

  @Test func `workspaces of Amazon are always asked with a signature`() async {
    let spec = ProviderSpec(["prometheus": ["address": "http://aps-workspaces.invalid", "query": "up"]])
    let answer = await measure(provider: spec, context: context(["AWS_EC2_METADATA_DISABLED": "true"]))
    #expect(answer.error == "cannot query prometheus: no region is given; AWS_REGION can say it")
  }

  @Test func `a query with a signature reaches its server`() async {
    let server = RawServer.answering { request in
      request.header("Authorization")?.contains("/eu-west-1/aps/aws4_request") == true
        ? RawServer.ok(#"{"status":"success","data":{"resultType":"scalar","result":[1,"4"]}}"#)
        : "HTTP/1.1 403 F\r\nContent-Length: 0\r\n\r\n"
    }
    defer { server.stop() }
    let spec = ProviderSpec([
      "prometheus": [
        "address": .string(server.url), "query": "up", "authentication": ["sigv4": ["region": "eu-west-1"]],
      ]
    ])
    let keys = context(["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "e"])
    #expect(await measure(provider: spec, context: keys).value == .number(4))
  }
}
