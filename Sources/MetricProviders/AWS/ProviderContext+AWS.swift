import AnalysisCore
import HTTPTransport
import Primitives

extension ProviderContext {
  /// The request with a signature; the service and, without one in the identity, the region are read off the host.
  func signed(_ request: HTTPRequest, as identity: AWSIdentity) async throws(ProviderFailure) -> HTTPRequest {
    let host = request.url.split(separator: "/").dropFirst().first.map { $0.prefix { $0 != ":" } } ?? ""
    let labels = host.split(separator: ".").map(String.init)
    let services = ["aps-workspaces": "aps", "monitoring": "monitoring", "execute-api": "execute-api"]
    let service = labels.lazy.compactMap { services[$0] }.first ?? "aps"
    return try await signed(request, as: identity, service: service)
  }

  /// The request with a signature for a service.
  func signed(
    _ request: HTTPRequest,
    as identity: AWSIdentity,
    service: String
  ) async throws(ProviderFailure) -> HTTPRequest {
    let region = try region(of: identity, for: request)
    let credentials = try await credentials(for: identity, region: region)
    return try AWSSignature(credentials: credentials, region: region, service: service, now: now).sign(
      request
    )
  }

  /// The region of the spec, of the environment, or of the host (`aps-workspaces.eu-west-1.amazonaws.com`).
  private func region(of identity: AWSIdentity, for request: HTTPRequest) throws(ProviderFailure) -> String {
    if !identity.region.isEmpty { return identity.region }
    if let region = variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") { return region }
    let labels = request.url.split { "/.:".contains($0) }
    if let amazon = labels.firstIndex(of: "amazonaws"), amazon > 2 { return String(labels[amazon - 1]) }
    throw ProviderFailure("no region is given; AWS_REGION can say it")
  }

  /// Credentials in the order of AWS' own libraries: profile, environment, token of a workload, container, machine.
  ///
  /// With a role, those that were found ask for the role's.
  func credentials(for identity: AWSIdentity, region: String) async throws(ProviderFailure) -> AWSCredentials
  {
    let purpose = ProviderSession.Purpose.aws(identity)
    if case .aws(let kept) = session.secret(for: purpose, now: now) { return kept }
    var found = try await ownCredentials(profile: identity.profile, region: region)
    if !identity.roleARN.isEmpty {
      found = try await assume(identity.roleARN, with: found.credentials, region: region)
    }
    if let end = found.end {
      session.keep(.aws(found.credentials), for: purpose, until: end + .seconds(-300), now: now)
    }
    return found.credentials
  }

  private func ownCredentials(
    profile: String,
    region: String
  ) async throws(ProviderFailure) -> FetchedCredentials {
    if !profile.isEmpty {
      guard let found = fileCredentials(profile) else {
        throw ProviderFailure("the profile \"\(profile)\" has no keys in the shared credentials file")
      }
      return FetchedCredentials(credentials: found, end: nil)
    }
    if let id = variable("AWS_ACCESS_KEY_ID"), let key = variable("AWS_SECRET_ACCESS_KEY") {
      let token = variable("AWS_SESSION_TOKEN") ?? ""
      let found = AWSCredentials(accessKeyID: id, secretAccessKey: key, sessionToken: token)
      return FetchedCredentials(credentials: found, end: nil)
    }
    if let found = fileCredentials(variable("AWS_PROFILE") ?? "default") {
      return FetchedCredentials(credentials: found, end: nil)
    }
    if let file = variable("AWS_WEB_IDENTITY_TOKEN_FILE"), let role = variable("AWS_ROLE_ARN") {
      return try await assume(role, withTokenIn: file, region: region)
    }
    if let address = containerAddress { return try await containerCredentials(address) }
    if variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" { return try await machineCredentials() }
    throw ProviderFailure(
      "no credentials for AWS are given, neither as variables nor as a token of the workload"
    )
  }

  private func fileCredentials(_ profile: String) -> AWSCredentials? {
    let path = variable("AWS_SHARED_CREDENTIALS_FILE") ?? variable("HOME").map { "\($0)/.aws/credentials" }
    return path.flatMap(readFile).flatMap { AWSCredentials.section(profile, of: $0) }
  }
}
