import Glibc
import HTTPTransport
import KubeModel
import MetricProviders
import Primitives
import RouteProviders
import Testing
import TrafficPlans

/// Moto, which plays AWS on loopback, asked as the AWS Load Balancer Controller and as Serin ask AWS.
final class Moto: Sendable {
  static let program = ".venv/bin/moto_server"
  static let isHere = access(program, X_OK) == 0

  let client = HTTPClient()
  let url: String
  private let folder: TemporaryFolder
  private let process: ChildProcess
  /// A network for load balancers.
  private let subnets = Locked<[String]>([])
  private let network = Locked("")

  init() async throws {
    folder = try TemporaryFolder()
    let port = try UDP.freePort()
    url = "http://127.0.0.1:\(port)"
    process = try ChildProcess(
      [Self.program, "-H", "127.0.0.1", "-p", "\(port)"],
      output: "\(folder.path)/log"
    )
    let ready = HTTPRequest(method: "GET", url: "\(url)/moto-api/data.json")
    try await waitFor("moto at \(url)") { try await client.send(ready).status == 200 ? true : nil }
    let vpc = try await ec2("CreateVpc", ["CidrBlock": "10.0.0.0/16"], "vpcId")
    network.withLock { $0 = vpc }
    for (zone, block) in [("a", "10.0.1.0/24"), ("b", "10.0.2.0/24")] {
      let fields = ["VpcId": vpc, "CidrBlock": block, "AvailabilityZone": "eu-west-1\(zone)"]
      let subnet = try await ec2("CreateSubnet", fields, "subnetId")
      subnets.withLock { $0.append(subnet) }
    }
  }

  func stop() async {
    await client.shutdown()
    process.stop()
  }

  // MARK: - As Serin asks

  /// A source with credentials, which may be wrong ones.
  func source(key: String = "AKIDEXAMPLE", tag: String = "ingress.k8s.aws/resource") -> LoadBalancerSource {
    Self.source(client, url, key: key, tag: tag)
  }

  static func source(
    _ client: HTTPClient,
    _ url: String,
    key: String = "AKIDEXAMPLE",
    tag: String = "ingress.k8s.aws/resource"
  ) -> LoadBalancerSource {
    let now = Instant(secondsSinceEpoch: Int64(time(nil)))
    let context = ProviderContext(
      client: client,
      now: now,
      environment: [
        "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2": url, "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "hunter2",
      ]
    )
    let api = LoadBalancerAPI(client: client) { form, region in
      do throws(ProviderFailure) {
        return .success(try await context.request(form, to: .elasticLoadBalancing, region: region))
      } catch {
        return .failure(RouteFailure(.refused, "\(error)"))
      }
    }
    return LoadBalancerSource(api: api, tag: tag)
  }

  static func address(_ host: String) -> RouteAddress {
    RouteAddress(
      OutsidePlace(.loadBalancer, settings: ["host": .string(host)]),
      .init(namespace: "", name: host)
    )
  }

  // MARK: - As the controller of load balancers does

  /// Makes one and gives its ARN and its host name.
  func makeBalancer(_ name: String) async throws -> (arn: String, host: String) {
    var fields = ["Name": name]
    for (index, subnet) in subnets.withLock({ $0 }).enumerated() {
      fields["Subnets.member.\(index + 1)"] = subnet
    }
    let answer = try await elb("CreateLoadBalancer", fields)
    return (try field("LoadBalancerArn", answer), try field("DNSName", answer))
  }

  /// Makes a target group with the tag of a Service's port.
  func makeGroup(_ name: String, resource: String, tag: String = "ingress.k8s.aws/resource") async throws
    -> String
  {
    let arn = try field(
      "TargetGroupArn",
      try await elb(
        "CreateTargetGroup",
        ["Name": name, "Protocol": "HTTP", "Port": "80", "VpcId": network.withLock { $0 }]
      )
    )
    try await elb(
      "AddTags",
      ["ResourceArns.member.1": arn, "Tags.member.1.Key": tag, "Tags.member.1.Value": resource]
    )
    return arn
  }

  func makeListener(_ balancer: String, port: Int, default arn: String) async throws -> String {
    let fields = [
      "LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": "\(port)",
      "DefaultActions.member.1.Type": "forward", "DefaultActions.member.1.TargetGroupArn": arn,
    ]
    return try field("ListenerArn", try await elb("CreateListener", fields))
  }

  func makeRule(_ listener: String, path: String, priority: Int, _ weights: [(String, Int)]) async throws
    -> String
  {
    let fields = [
      "ListenerArn": listener, "Priority": "\(priority)", "Conditions.member.1.Field": "path-pattern",
      "Conditions.member.1.Values.member.1": path,
    ]
    let forward = Self.forward(weights)
    return try field("RuleArn", try await elb("CreateRule", fields.merging(forward) { $1 }))
  }

  func setWeights(_ rule: String, _ weights: [(String, Int)]) async throws {
    try await elb("ModifyRule", ["RuleArn": rule].merging(Self.forward(weights)) { $1 })
  }

  private static func forward(_ weights: [(String, Int)]) -> [String: String] {
    var fields = ["Actions.member.1.Type": "forward"]
    for (index, group) in weights.enumerated() {
      let path = "Actions.member.1.ForwardConfig.TargetGroups.member.\(index + 1)"
      fields["\(path).TargetGroupArn"] = group.0
      fields["\(path).Weight"] = "\(group.1)"
    }
    return fields
  }

  /// From now on keys must be those of somebody who may ask.
  func checkKeys() async throws {
    let request = HTTPRequest(method: "POST", url: "\(url)/moto-api/reset-auth", body: Array("0".utf8))
    #expect(try await client.send(request).status == 200)
  }

  @discardableResult
  func elb(_ action: String, _ fields: [String: String]) async throws -> String {
    try await call(action, fields, version: "2015-12-01", service: "elasticloadbalancing")
  }

  private func ec2(_ action: String, _ fields: [String: String], _ name: String) async throws -> String {
    try field(name, try await call(action, fields, version: "2016-11-15", service: "ec2"))
  }

  private func call(_ action: String, _ fields: [String: String], version: String, service: String)
    async throws -> String
  {
    let all = fields.merging(["Action": action, "Version": version]) { $1 }
    let form = all.map { "\($0.key)=\($0.value.replacing("/", with: "%2F"))" }.sorted().joined(separator: "&")
    let credential = "Credential=A/20260101/eu-west-1/\(service)/aws4_request"
    let answer = try await client.send(
      HTTPRequest(
        method: "POST",
        url: url,
        headers: [
          "Content-Type": "application/x-www-form-urlencoded",
          "Authorization": "AWS4-HMAC-SHA256 \(credential), Signature=x",
        ],
        body: Array(form.utf8)
      )
    )
    let text = String(decoding: answer.body, as: UTF8.self)
    try #require(answer.status == 200, "\(action): \(text)")
    return text
  }

  private func field(_ name: String, _ xml: String) throws -> String {
    let start = try #require(xml.firstRange(of: "<\(name)>")).upperBound
    let end = try #require(xml[start...].firstRange(of: "</\(name)>")).lowerBound
    return String(xml[start..<end])
  }
}
