import AnalysisCore
package import HTTPTransport
import Primitives

extension ProviderContext {
  /// A service of AWS that takes forms.
  package struct AWSFormService: Sendable {
    /// As `AWS_ENDPOINT_URL_…` calls it.
    let variable: String
    /// The host name's first part, which is also the name in a signature.
    let host: String

    package static let elasticLoadBalancing = AWSFormService(
      variable: "ELASTIC_LOAD_BALANCING_V2",
      host: "elasticloadbalancing"
    )
  }

  /// A signed form for a service in a region, or in that of the environment, with the controller's own credentials.
  package func request(
    _ form: String,
    to service: AWSFormService,
    region: String?
  ) async throws(ProviderFailure) -> HTTPRequest {
    guard let region = region ?? variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") else {
      throw ProviderFailure("no region is given; AWS_REGION can say it")
    }
    let url = awsEndpoint(service.variable, host: service.host, region: region)
    var request = try ProviderRequest.make(
      method: "POST",
      url: try ProviderRequest.checked(url, "address of AWS"),
      timeout: .seconds(10)
    )
    request.followRedirects = 0
    request.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    request.body = Array(form.utf8)
    return try await signed(request, as: AWSIdentity(region: region), service: service.host)
  }
}
