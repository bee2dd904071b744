import Glibc
import KubeModel
import Logging
import Primitives

/// Runs one pod as local processes from its binding to the deletion of its object.
struct PodRunner: Sendable {
  let handle: PodHandle
  let store: ClusterStore
  let options: PodProcessOptions
  let logger: Logger

  func run() async {
    do throws(APIError) {
      try PodBinding.bind(handle.key, in: store)
    } catch {
      logger.debug("pod not bound", metadata: ["pod": "\(handle.key)", "error": "\(error)"])
    }
    guard let pod = current() else { return }
    let reporter = PodReporter(pod: pod, handle: handle, store: store, logger: logger)
    reporter.publish()
    await withDiscardingTaskGroup { group in
      group.addTask { await self.stopWhenAsked() }
      await runContainers(of: pod, reporter: reporter)
      if !handle.stopRequested.isOpen, !Task.isCancelled {
        reporter.finish()
        await handle.stopRequested.wait()
      }
      // Nothing is left to end, so nobody needs to wait for the grace period.
      group.cancelAll()
    }
    if !Task.isCancelled { release() }
  }

  private func current() -> JSONValue? {
    store.get(.pods, namespace: handle.key.namespace, name: handle.key.name).flatMap {
      $0.uid == handle.uid ? $0 : nil
    }
  }

  private func runContainers(of pod: JSONValue, reporter: PodReporter) async {
    let policy = pod.spec["restartPolicy"]?.string ?? "Always"
    let (store, namespace) = (store, handle.key.namespace)
    let command = ContainerCommand(options: options) { type, name in
      store.get(type, namespace: namespace, name: name)
    }
    func runner(_ container: JSONValue, _ policy: String) -> ContainerRunner {
      ContainerRunner(
        container: container,
        restartPolicy: policy,
        handle: handle,
        reporter: reporter,
        store: store,
        command: command
      )
    }
    for container in pod.spec["initContainers"]?.array ?? [] {
      await runner(container, policy == "Never" ? "Never" : "OnFailure").run()
    }
    guard !handle.stopping.isOpen, !Task.isCancelled else { return }
    if pod.spec["initContainers"] != nil { reporter.setInitialized() }
    await withDiscardingTaskGroup { group in
      for container in pod.spec["containers"]?.array ?? [] {
        let containerRunner = runner(container, policy)
        group.addTask { await containerRunner.run() }
      }
    }
  }

  /// The end of a pod as Kubernetes orders it: endpoints go, preStop runs, SIGTERM, the grace period, SIGKILL.
  private func stopWhenAsked() async {
    await handle.stopRequested.wait()
    guard !Task.isCancelled else { return }
    let pod = current()
    let grace = Duration.seconds(pod?.at("metadata", "deletionGracePeriodSeconds")?.int ?? 0)
    let deadline = ContinuousClock.now + grace
    if grace > .zero, let pod {
      await leaveEndpoints()
      await preStop(pod, limit: grace)
    }
    handle.signal(SIGTERM)
    _ = await handle.killRequested.wait(atMost: max(.zero, deadline - ContinuousClock.now))
    guard !Task.isCancelled else { return }
    handle.signal(SIGKILL)
  }

  /// Waits until no EndpointSlice offers this pod, and a little longer for those that read slices.
  private func leaveEndpoints() async {
    let deadline = ContinuousClock.now + .seconds(1)
    do {
      while isOffered, ContinuousClock.now < deadline, !handle.killRequested.isOpen {
        try await Task.sleep(for: .milliseconds(5))
      }
      try await Task.sleep(for: options.drainDelay)
    } catch {
      // Cancelled: the cluster ends.
    }
  }

  private var isOffered: Bool {
    store.list(.endpointSlices, namespace: handle.key.namespace).items.contains { slice in
      (slice["endpoints"]?.array ?? []).contains { endpoint in
        endpoint.at("targetRef", "uid")?.string == handle.uid
          && endpoint.at("conditions", "ready")?.bool != false
      }
    }
  }

  private func preStop(_ pod: JSONValue, limit: Duration) async {
    let hooks = (pod.spec["containers"]?.array ?? []).compactMap { $0.at("lifecycle", "preStop") }
    let runner = ProbeRunner(
      address: handle.address,
      environment: ["PATH=\(options.searchPath)", "POD_IP=\(handle.address)"]
    )
    await withDiscardingTaskGroup { group in
      for hook in hooks {
        group.addTask {
          if let seconds = hook.at("sleep", "seconds")?.int {
            _ = await handle.killRequested.wait(atMost: min(.seconds(seconds), limit))
          } else if let arguments = hook.at("exec", "command")?.array {
            _ = await runner.execute(arguments.compactMap(\.string), timeout: limit)
          }
        }
      }
    }
  }

  /// Takes the object away when it waits for its processes only.
  private func release() {
    guard let pod = current(), pod.isBeingDeleted else { return }
    do throws(APIError) {
      try store.delete(
        .pods,
        namespace: handle.key.namespace,
        name: handle.key.name,
        preconditions: DeletePreconditions(uid: handle.uid),
        gracePeriodSeconds: 0
      )
    } catch {
      logger.debug("pod not removed", metadata: ["pod": "\(handle.key)", "error": "\(error)"])
    }
  }
}
