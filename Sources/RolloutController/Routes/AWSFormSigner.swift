import HTTPTransport
import MetricProviders
import Primitives
import RouteProviders

/// Signs questions to AWS with the credentials that metric providers find: those of the environment, of the pod or of
/// the machine.
struct AWSFormSigner: Sendable {
  private let http: HTTPClient
  private let options: AnalysisOptions
  private let now: @Sendable () -> Instant
  /// Credentials that were fetched before.
  private let session = ProviderSession()

  init(http: HTTPClient, options: AnalysisOptions, now: @escaping @Sendable () -> Instant) {
    self.http = http
    self.options = options
    self.now = now
  }

  /// The request for a form to Elastic Load Balancing.
  func loadBalancing(_ form: String, region: String?) async -> Result<HTTPRequest, RouteFailure> {
    let context = ProviderContext(
      client: http,
      session: session,
      now: now(),
      environment: options.environment,
      readFile: options.readFile
    )
    do throws(ProviderFailure) {
      return .success(try await context.request(form, to: .elasticLoadBalancing, region: region))
    } catch {
      return .failure(RouteFailure(error.isOutage ? .unreachable : .refused, "AWS: \(error)"))
    }
  }
}
