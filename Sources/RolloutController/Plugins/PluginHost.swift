import AnalysisCore
package import KubeClient
import KubeModel
package import Logging
import MetricProviders
package import Primitives

/// Runs plugins: one process for each question, which ends with its answer.
///
/// Which programs there are is said by a ConfigMap in the controller's namespace and by nothing else; it is read anew
/// after a while, so that a change needs no restart.
package struct PluginHost: Sendable {
  /// The data of the ConfigMap; nil when there is none.
  private let list: @Sendable () async throws(KubeError) -> [String: String]?
  private let namespace: String
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private let memory = Locked(Memory())
  /// Processes at the same time; those of routers have no others before them in the line.
  private let permits = PermitPool(8)
  private let routerPermits = PermitPool(8)

  private struct Memory {
    var catalog: (catalog: PluginCatalog, readAt: Instant)?
    /// The SHA-256 of files, by path, while they are the same files.
    var digests: [String: (stamp: LocalFile.Stamp, digest: String)] = [:]
  }

  /// How long the list of plugins is believed.
  private static let memorySpan = Duration.seconds(10)

  package init(
    client: KubeClient,
    namespace: String,
    now: @escaping @Sendable () -> Instant,
    logger: Logger
  ) {
    self.init(namespace: namespace, now: now, logger: logger) { () async throws(KubeError) in
      do throws(KubeError) {
        let map = try await client.get(.configMaps, namespace: namespace, name: PluginCatalog.configMap)
        return map["data"]?.object?.compactMapValues(\.string) ?? [:]
      } catch  where error.code == .notFound {
        return nil
      }
    }
  }

  /// A host whose list of plugins comes from elsewhere.
  init(
    namespace: String,
    now: @escaping @Sendable () -> Instant,
    logger: Logger,
    list: @escaping @Sendable () async throws(KubeError) -> [String: String]?
  ) {
    self.namespace = namespace
    self.now = now
    self.logger = logger
    self.list = list
  }

  /// The plugin's entry, which may say that it is disabled.
  func entry(_ kind: PluginKind, _ name: String) async throws(PluginFailure) -> PluginEntry {
    try await catalog(for: "\(kind.word) plugin \(name)").entry(kind, name)
  }

  /// The answer of a plugin, in which no secret stands: neither a variable of its own nor what is to be hidden.
  func ask(
    _ entry: PluginEntry,
    _ verb: String,
    _ content: JSONValue,
    hiding secrets: [String] = []
  ) async throws(PluginFailure) -> JSONValue {
    let subject = "\(entry.kind.word) plugin \(entry.name)"
    try check(entry, subject)
    let program = Program(
      command: entry.path,
      arguments: entry.arguments,
      environment: entry.environment,
      input: PluginProtocol.request(entry, verb: verb, content)
    )
    guard program.input.count <= program.limit else {
      throw PluginFailure("\(subject): the question is larger than \(program.limit) bytes")
    }
    // Variables stand in a ConfigMap, but what they lead to need not be told to all who read logs.
    let redaction = Redaction(secrets + entry.environment.values)
    let permits = entry.kind == .router ? routerPermits : permits
    do throws(CancellationError) { try await permits.take() } catch {
      throw PluginFailure("\(subject): the call was cancelled", isTransient: true)
    }
    defer { permits.giveBack() }
    let output: [UInt8]
    do throws(Program.Failure) {
      output = try await program.run(deadline: entry.deadline) { [logger] line in
        logger.info("\(redaction.apply(to: line))", metadata: ["plugin": "\(entry.name)"])
      }
    } catch {
      throw Self.failure(error, subject, redaction)
    }
    do throws(PluginFailure) {
      return Redaction(secrets).apply(to: try PluginProtocol.answer(output, subject))
    } catch {
      throw PluginFailure(redaction.apply(to: error.description), isTransient: error.isTransient)
    }
  }

  private func catalog(for subject: String) async throws(PluginFailure) -> PluginCatalog {
    let time = now()
    let known = memory.withLock { $0.catalog }
    if let known, time >= known.readAt, time < known.readAt + Self.memorySpan { return known.catalog }
    let data: [String: String]?
    do throws(KubeError) {
      data = try await list()
    } catch {
      throw PluginFailure("\(subject): \(error.message)", isTransient: error.isTransient)
    }
    guard let data else {
      let reason = "\(subject): there is no ConfigMap \(namespace)/\(PluginCatalog.configMap)"
      throw PluginFailure(reason, isUnlisted: true)
    }
    let catalog = PluginCatalog(data)
    memory.withLock { $0.catalog = (catalog, time) }
    return catalog
  }

  /// Whether the file is there, may be run, and is the one that was meant.
  private func check(_ entry: PluginEntry, _ subject: String) throws(PluginFailure) {
    guard let stamp = LocalFile.stamp(entry.path) else {
      throw PluginFailure("\(subject): there is no file \(entry.path)")
    }
    guard LocalFile.isExecutable(entry.path) else {
      throw PluginFailure("\(subject): \(entry.path) is no file that the controller may run")
    }
    guard let wanted = entry.digest else { return }
    let known = memory.withLock { $0.digests[entry.path] }
    let found: String
    if let known, known.stamp == stamp {
      found = known.digest
    } else {
      do throws(KubeError) {
        found = SHA256.hexadecimal(
          SHA256.hash(try LocalFile.read(entry.path, purpose: "plugin", limit: 64 << 20))
        )
      } catch {
        throw PluginFailure("\(subject): \(error.message)")
      }
      memory.withLock { $0.digests[entry.path] = (stamp, found) }
    }
    guard found == wanted else {
      throw PluginFailure("\(subject): \(entry.path) has the SHA-256 \(found), and not \(wanted)")
    }
  }

  private static func failure(
    _ failure: Program.Failure,
    _ subject: String,
    _ redaction: Redaction
  ) -> PluginFailure {
    switch failure {
    case .notFound: PluginFailure("\(subject): there is no such program")
    case .notStarted(let reason):
      PluginFailure("\(subject): it cannot be started: \(reason)", isTransient: true)
    case .ended(let how, let words):
      PluginFailure(
        "\(subject): it ended with \(how)" + (words.isEmpty ? "" : ": \(redaction.apply(to: words))"),
        isTransient: true
      )
    case .tooSlow(let deadline):
      PluginFailure("\(subject): it did not answer within \(deadline.goText)", isTransient: true)
    case .tooMuch(let limit): PluginFailure("\(subject): it printed more than \(limit) bytes")
    case .cancelled: PluginFailure("\(subject): the call was cancelled", isTransient: true)
    }
  }
}

extension Redaction {
  /// The value with every text in it redacted, keys left alone.
  fileprivate func apply(to value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(apply(to: text))
    case .array(let elements): .array(elements.map { apply(to: $0) })
    case .object(let fields):
      .object(JSONFields(fields.reduce(into: [:]) { $0[$1.key] = apply(to: $1.value) }))
    default: value
    }
  }
}
