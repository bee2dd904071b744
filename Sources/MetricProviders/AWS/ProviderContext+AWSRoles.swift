import AnalysisCore
import HTTPTransport
import Primitives

extension ProviderContext {
  /// Credentials of a role for somebody who has others.
  func assume(
    _ role: String,
    with credentials: AWSCredentials,
    region: String
  ) async throws(ProviderFailure) -> FetchedCredentials {
    let form = "Action=AssumeRole&RoleArn=\(ProviderRequest.encode(role))"
    let request = try tokenServiceRequest(form, region: region)
    let signature = AWSSignature(credentials: credentials, region: region, service: "sts", now: now)
    return try await fetch(try signature.sign(request), "the role \(role)")
  }

  /// Credentials of a role for a pod whose ServiceAccount has a token for it.
  func assume(
    _ role: String,
    withTokenIn file: String,
    region: String
  ) async throws(ProviderFailure) -> FetchedCredentials {
    guard let token = readFile(file).map({ ProviderRequest.trimmed(String(decoding: $0, as: UTF8.self)) }),
      !token.isEmpty
    else { throw ProviderFailure("cannot read the token in \(file)") }
    let form =
      "Action=AssumeRoleWithWebIdentity&RoleArn=\(ProviderRequest.encode(role))"
      + "&WebIdentityToken=\(ProviderRequest.encode(token))"
    return try await fetch(try tokenServiceRequest(form, region: region), "the role \(role)")
  }

  private func tokenServiceRequest(_ form: String, region: String) throws(ProviderFailure) -> HTTPRequest {
    let name = variable("AWS_ROLE_SESSION_NAME") ?? "serin"
    var request = try ProviderRequest.make(
      method: "POST",
      url: awsEndpoint("STS", host: "sts", region: region),
      timeout: .seconds(10)
    )
    request.followRedirects = 0
    request.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    request.body = Array("\(form)&RoleSessionName=\(ProviderRequest.encode(name))&Version=2011-06-15".utf8)
    return request
  }

  /// The URL of a service in a region, unless the environment names another.
  func awsEndpoint(_ service: String, host: String, region: String) -> String {
    if let url = variable("AWS_ENDPOINT_URL_\(service)") ?? variable("AWS_ENDPOINT_URL") {
      return url.hasSuffix("/") ? url : "\(url)/"
    }
    return "https://\(host).\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")/"
  }

  /// Where a container is told its credentials: an agent beside the pod.
  var containerAddress: String? {
    variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")
      ?? variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map { "http://169.254.170.2\($0)" }
  }

  func containerCredentials(_ address: String) async throws(ProviderFailure) -> FetchedCredentials {
    var request = try ProviderRequest.make(url: address, timeout: .seconds(5))
    request.followRedirects = 0
    let file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").flatMap(readFile)
    let token =
      file.map { String(decoding: $0, as: UTF8.self) } ?? variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if let token { request.headers.set("Authorization", ProviderRequest.trimmed(token)) }
    return try await fetch(request, "the container")
  }

  /// The credentials of the machine's own role; version 2 of the metadata service, which asks for a token first.
  func machineCredentials() async throws(ProviderFailure) -> FetchedCredentials {
    let base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254"
    func request(_ method: String, _ path: String) throws(ProviderFailure) -> HTTPRequest {
      var request = try ProviderRequest.make(
        method: method,
        url: "\(try ProviderRequest.base(base))/latest/\(path)",
        timeout: .seconds(2)
      )
      request.followRedirects = 0
      return request
    }
    var ask = try request("PUT", "api/token")
    ask.headers.set("X-aws-ec2-metadata-token-ttl-seconds", "300")
    let token = try await text(ask)
    let folder = "meta-data/iam/security-credentials/"
    var list = try request("GET", folder)
    list.headers.set("X-aws-ec2-metadata-token", token)
    var get = try request("GET", folder + (try await text(list)))
    get.headers.set("X-aws-ec2-metadata-token", token)
    return try await fetch(get, "the machine")
  }

  private func text(_ request: HTTPRequest) async throws(ProviderFailure) -> String {
    do throws(ProviderFailure) {
      return try await exchange(request) { response throws(ProviderFailure) in
        let text = ProviderRequest.trimmed(String(decoding: response.body, as: UTF8.self))
        guard response.status == 200, !text.isEmpty, !text.contains(where: \.isWhitespace) else {
          throw ProviderFailure("the server answered \(response.status)")
        }
        return text
      }
    } catch {
      throw ProviderFailure("cannot get credentials of the machine: \(error)", isOutage: error.isOutage)
    }
  }

  private func fetch(_ request: HTTPRequest, _ whose: String) async throws(ProviderFailure)
    -> FetchedCredentials
  {
    do throws(ProviderFailure) {
      return try await exchange(request) { response throws(ProviderFailure) in
        guard response.status == 200 else {
          let excerpt = ProviderRequest.excerpt(response.body)
          throw ProviderFailure("the server answered \(response.status) with \(excerpt)")
        }
        return try AWSCredentials.read(response.body)
      }
    } catch {
      throw ProviderFailure("cannot get credentials of \(whose): \(error)", isOutage: error.isOutage)
    }
  }
}
