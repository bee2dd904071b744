import KubeClient
import Logging
import ServiceLifecycle
import Testing

/// A logger that says nothing.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A client of the scripted server.
func client(of server: ScriptedServer) -> KubeClient {
  KubeClient(configuration: KubeConfiguration(server: server.url, proxy: ""), deadline: .seconds(5))
}

/// Runs the services while the body runs, then shuts them down gracefully, unless they are to end by themselves, and
/// waits for their end.
func running(_ services: [any Service], endThemselves: Bool = false, _ body: () async throws -> Void)
  async throws
{
  let group = ServiceGroup(services: services, logger: quiet)
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask { try await group.run() }
    try await body()
    if !endThemselves { await group.triggerGracefulShutdown() }
    try await tasks.waitForAll()
  }
}

/// Returns when the condition holds; the time limit of the test bounds the wait.
func until(_ condition: () -> Bool) async {
  while !condition(), !Task.isCancelled { await Task.yield() }
}
