// swift-tools-version: 6.2
import PackageDescription

/// One array of settings for every target: Swift 6 mode, the upcoming features of the house, and `Locked` on a
/// pthread mutex when built for ThreadSanitizer (`SERIN_TSAN=1`), which does not understand futexes.
let settings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
  ] + (Context.environment["SERIN_TSAN"] == nil ? [] : [.define("TSAN")])

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

/// A target of the house and its tests; the dependencies are the edges that the design allows, nothing else.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "serin",
  products: [.executable(name: "serin", targets: ["serin"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    // C libraries of the system.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(name: "CGlibc"),

    // Pure: no I/O, no clock, no logger.
    room("Primitives", []),
    room("KubeModel", ["Primitives"]),
    room("AnalysisCore", ["KubeModel", "Primitives"]),
    room("TrafficPlans", ["KubeModel", "Primitives"]),
    room("GitOpsCore", ["KubeModel", "Primitives"]),
    room("RolloutCore", ["AnalysisCore", "TrafficPlans", "KubeModel", "Primitives"]),
    room(
      "Simulation",
      ["RolloutCore", "AnalysisCore", "TrafficPlans", "GitOpsCore", "KubeModel", "Primitives"]
    ),

    // One C library each.
    room("HTTPTransport", ["CCurl", "Primitives"]),
    room("YAMLEdit", ["CYAML", "Primitives"]),
    room("GitStore", ["CGit2", "Primitives"]),

    // The edge.
    room("KubeClient", ["HTTPTransport", "YAMLEdit", "KubeModel", "Primitives", subprocess]),
    room("KubeRuntime", ["KubeClient", "KubeModel", "Primitives", logging, lifecycle]),
    room("MetricProviders", ["HTTPTransport", "AnalysisCore", "KubeModel", "Primitives"]),
    room("RouteProviders", ["HTTPTransport", "TrafficPlans", "KubeModel", "Primitives"]),
    room(
      "RolloutController",
      [
        "RolloutCore", "RouteProviders", "AnalysisCore", "TrafficPlans", "GitOpsCore", "KubeRuntime",
        "KubeClient",
        "MetricProviders",
        "HTTPTransport", "GitStore", "YAMLEdit", "KubeModel", "Primitives", logging, lifecycle,
      ]
    ),
    room(
      "EmbeddedCluster",
      ["KubeModel", "Primitives", hummingbird, logging, lifecycle, nioCore, nioPosix, nioHTTP1, subprocess]
    ),
    room("Dashboard", [hummingbird, logging, lifecycle, nioCore]),
    room(
      "CommandLineKit",
      [
        "RolloutController", "Dashboard", "EmbeddedCluster", "RolloutCore", "AnalysisCore", "TrafficPlans",
        "GitOpsCore",
        "KubeRuntime", "KubeClient", "MetricProviders", "HTTPTransport", "GitStore", "YAMLEdit", "KubeModel",
        "Primitives", "Simulation", argumentParser, hummingbird, logging, lifecycle, nioCore, subprocess,
      ]
    ),
    .executableTarget(name: "serin", dependencies: ["CommandLineKit", "CGlibc"], swiftSettings: settings),

    tests("PrimitivesTests", ["Primitives"]),
    tests("KubeModelTests", ["KubeModel", "Primitives"]),
    tests("AnalysisCoreTests", ["AnalysisCore", "KubeModel", "Primitives"]),
    tests("StatisticsOracleTests", ["AnalysisCore", "Primitives"], exclude: ["oracle.py"]),
    tests(
      "TrafficPlansTests",
      ["TrafficPlans", "YAMLEdit", "KubeModel", "Primitives"],
      exclude: ["Golden"]
    ),
    tests("GitOpsCoreTests", ["GitOpsCore", "KubeModel", "Primitives"]),
    tests("RolloutCoreTests", ["RolloutCore", "Simulation", "TrafficPlans", "KubeModel", "Primitives"]),
    tests("SimulationTests", ["Simulation", "RolloutCore", "KubeModel", "Primitives"]),
    tests("HTTPTransportTests", ["HTTPTransport", "Primitives"]),
    tests("YAMLEditTests", ["YAMLEdit", "Primitives"], exclude: ["Fixtures"]),
    tests(
      "ScenarioTests",
      ["Simulation", "RolloutCore", "YAMLEdit", "KubeModel", "Primitives"],
      exclude: ["Scenarios"]
    ),
    tests("GitStoreTests", ["GitStore", "Primitives"]),
    tests("KubeClientTests", ["KubeClient", "HTTPTransport", "KubeModel", "Primitives", subprocess]),
    tests(
      "KubeRuntimeTests",
      ["KubeRuntime", "KubeClient", "HTTPTransport", "KubeModel", "Primitives", logging, lifecycle]
    ),
    tests(
      "MetricProvidersTests",
      ["MetricProviders", "AnalysisCore", "HTTPTransport", "YAMLEdit", "KubeModel", "Primitives"]
    ),
    tests(
      "RouteProvidersTests",
      ["RouteProviders", "MetricProviders", "TrafficPlans", "HTTPTransport", "KubeModel", "Primitives"]
    ),
    tests(
      "RolloutControllerTests",
      [
        "RolloutController", "RouteProviders", "RolloutCore", "TrafficPlans", "AnalysisCore",
        "MetricProviders", "GitOpsCore",
        "GitStore",
        "YAMLEdit", "KubeRuntime", "KubeClient", "KubeModel", "Primitives", logging,
      ]
    ),
    tests("DashboardTests", ["Dashboard", "HTTPTransport", "Primitives", logging, lifecycle]),
    tests(
      "CommandLineKitTests",
      [
        "CommandLineKit", "RolloutCore", "AnalysisCore", "GitOpsCore", "GitStore", "YAMLEdit", "KubeClient",
        "KubeModel", "Primitives", argumentParser, logging,
      ]
    ),
    tests(
      "IntegrationTests",
      [
        "EmbeddedCluster", "RolloutController", "RolloutCore", "GitOpsCore", "GitStore", "KubeClient",
        "KubeRuntime",
        "YAMLEdit", "HTTPTransport", "KubeModel", "Primitives", logging, lifecycle,
      ]
    ),
    tests(
      "EndToEndTests",
      ["KubeClient", "KubeModel", "YAMLEdit", "HTTPTransport", "Primitives", subprocess]
    ),
    tests(
      "EmbeddedClusterTests",
      [
        "EmbeddedCluster", "Simulation", "RolloutCore", "AnalysisCore", "YAMLEdit", "KubeModel", "Primitives",
        logging, lifecycle, subprocess, nioCore, nioPosix, nioHTTP1,
      ]
    ),
  ]
)
