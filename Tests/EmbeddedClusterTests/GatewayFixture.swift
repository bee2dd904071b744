import KubeModel
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives

@testable import EmbeddedCluster

/// A small HTTP server in this process that answers with its name; stands for a pod.
struct FakeBackend: Sendable {
  let name: String
  let address: String
  let port: Int
  let channel: any Channel

  // Every answer has the given status.
  static func start(_ name: String, address: String, port: Int = 0, status: Int = 200) async throws
    -> FakeBackend
  {
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(NameHandler(name: name, status: status))
        }
      }
      .bind(host: address, port: port).get()
    return FakeBackend(name: name, address: address, port: channel.localAddress?.port ?? 0, channel: channel)
  }

  func stop() async throws { try await channel.close().get() }
}

private final class NameHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let name: String
  private let status: Int
  private var size = 0

  init(name: String, status: Int) {
    self.name = name
    self.status = status
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: size = 0
    case .body(let bytes): size += bytes.readableBytes
    case .end:
      let text = size == 0 ? name : "\(name) got \(size)"
      let headers = HTTPHeaders([("content-length", String(text.utf8.count))])
      let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}

/// Loopback addresses for fake backends; tests run beside each other and must not share any.
let testAddresses = Locked(PodAddressPool.loopback(seed: 0x2F_0000))

func freshAddress() throws -> String {
  guard let address = testAddresses.withLock({ $0.take() }) else {
    throw NotInTime(description: "no address")
  }
  return address
}

extension ClusterStore {
  /// Writes a Service with one slice that offers these backends.
  func offer(_ service: String, _ backends: [FakeBackend], port: Int) throws {
    let slice: JSONValue = [
      "metadata": [
        "name": .string(service + "-slice"), "namespace": "shop",
        "labels": ["kubernetes.io/service-name": .string(service)],
      ],
      "addressType": "IPv4", "ports": [["name": "", "port": JSONValue(port), "protocol": "TCP"]],
      "endpoints": .array(
        backends.map { ["addresses": [.string($0.address)], "conditions": ["ready": true]] }
      ),
    ]
    if get(.services, namespace: "shop", name: service) == nil {
      _ = try create(
        .services,
        [
          "metadata": ["name": .string(service), "namespace": "shop"],
          "spec": ["ports": [["port": 80, "targetPort": JSONValue(port)]]],
        ]
      )
      _ = try create(.endpointSlices, slice)
    } else {
      try update(.endpointSlices, namespace: "shop", name: service + "-slice") { current in
        current["endpoints"] = slice["endpoints"]
        current["ports"] = slice["ports"]
      }
    }
  }
}

/// An HTTPRoute for the host `shop.test` with weighted Services.
func route(_ weights: [String: Int], name: String = "shop", path: String = "/") -> JSONValue {
  [
    "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
    "metadata": ["name": .string(name), "namespace": "shop"],
    "spec": [
      "parentRefs": [["name": "edge"]], "hostnames": ["shop.test"],
      "rules": [
        [
          "matches": [["path": ["type": "PathPrefix", "value": .string(path)]]],
          "backendRefs": .array(
            weights.sorted { $0.key < $1.key }.map { service, weight in
              ["name": .string(service), "port": 80, "weight": JSONValue(weight)]
            }
          ),
        ]
      ],
    ],
  ]
}

/// Runs a gateway over the store beside the body.
func withGateway(
  _ store: ClusterStore,
  _ body: @Sendable (_ gateway: Gateway, _ port: Int) async throws -> Void
) async throws {
  let gateway = Gateway(store: store, logger: quietLogger)
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await gateway.run() }
    let result: Result<Void, any Error>
    do {
      guard let port = await gateway.ready() else { throw NotInTime(description: "the gateway did not bind") }
      try await body(gateway, port)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    group.cancelAll()
    try await group.waitForAll()
    try result.get()
  }
}

func shopStore() throws -> ClusterStore {
  let store = ClusterStore()
  try store.fillNewCluster()
  _ = try store.create(.namespaces, ["metadata": ["name": "shop"]])
  return store
}
