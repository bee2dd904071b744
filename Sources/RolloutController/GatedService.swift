import KubeClient
import ServiceLifecycle

/// A service that starts when a condition has come true: reconcilers start with full caches and a held lease.
struct GatedService: Service {
  let gate: @Sendable () async throws -> Void
  let service: any Service

  func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await gate() }
    } catch is CancellationError {
      return
    } catch let error as KubeError where error.code == .cancelled {
      return
    }
    try await service.run()
  }
}

/// A service that is made when it is run.
struct DeferredService: Service {
  let make: @Sendable () -> any Service

  func run() async throws { try await make().run() }
}

/// A service that only waits for the end, to clean up in its turn.
struct CleanUp: Service {
  let action: @Sendable () async -> Void

  func run() async throws {
    do { try await gracefulShutdown() } catch is CancellationError {}
    await action()
  }
}
