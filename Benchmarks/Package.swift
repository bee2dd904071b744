// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
]

/// The rooms of Serin that the benchmarks speak to a cluster with; their folders are links to the house's own, as what
/// is `package` there cannot be seen from another package.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "Benchmarks",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    room("Primitives", []),
    room("KubeModel", ["Primitives"]),
    room("HTTPTransport", ["CCurl", "Primitives"]),
    room("YAMLEdit", ["CYAML", "Primitives"]),
    room("KubeClient", ["HTTPTransport", "YAMLEdit", "KubeModel", "Primitives", subprocess]),
    .executableTarget(
      name: "Scale",
      dependencies: ["KubeClient", "KubeModel", "Primitives", argumentParser],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "Routes",
      dependencies: ["KubeClient", "KubeModel", "Primitives", argumentParser],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "Analyses",
      dependencies: ["HTTPTransport", "KubeClient", "KubeModel", "Primitives", argumentParser],
      swiftSettings: settings
    ),
  ]
)
