import KubeModel
import Primitives

/// A watch that a client asked for: runs after the headers have gone out and writes one line for each event.
package struct WatchPlan: Sendable {
  let store: ClusterStore
  let resource: ServedResource
  let namespace: String?
  let filter: ObjectFilter
  let form: AnswerForm
  let options: Options

  /// What the parameters of a watch say.
  struct Options: Sendable {
    /// Nil: begin with what is there now.
    var resourceVersion: Int?
    var allowsBookmarks: Bool
    var sendsInitialEvents: Bool
    var timeout: Duration
    var includeObject: String?

    /// - Throws: `APIError` when the version or the timeout is no number.
    init(_ query: QueryParameters) throws(APIError) {
      if let text = query["resourceVersion"], !text.isEmpty, text != "0" {
        guard let version = Int(text), version >= 0 else {
          throw APIError(
            code: 500,
            reason: "",
            message: "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": "
              + "invalid syntax"
          )
        }
        resourceVersion = version
      }
      allowsBookmarks = query.flag("allowWatchBookmarks")
      sendsInitialEvents = query.flag("sendInitialEvents")
      includeObject = query["includeObject"]
      guard let text = query["timeoutSeconds"], !text.isEmpty else {
        timeout = .seconds(1800)
        return
      }
      guard let seconds = Int(text), seconds >= 0 else {
        throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
      }
      timeout = seconds == 0 ? .seconds(1800) : .seconds(seconds)
    }
  }

  enum Signal: Sendable {
    case event(StoreEvent)
    /// Everything up to this version has been sent.
    case bookmark(Int)
  }

  /// How many events may wait for a client before its watch is ended.
  static let buffer = 16_384

  /// Starts the watch: from now on no change is missed.
  package func open() -> WatchSession {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Signal.self,
      bufferingPolicy: .bufferingOldest(Self.buffer)
    )
    let watcher = StoreState.Watcher(
      tables: [.init(resource.type)],
      namespace: namespace,
      deliver: { if case .enqueued = continuation.yield(.event($0)) { true } else { false } },
      finish: { continuation.finish() }
    )
    let start = initialState()
    var first: [[UInt8]] = []
    do throws(APIError) {
      let stop = try store.startWatch(watcher, from: start.resourceVersion)
      continuation.onTermination = { _ in stop() }
      first = start.items.map { line("ADDED", shown($0)) }
      if options.sendsInitialEvents, options.allowsBookmarks {
        first.append(bookmark(start.resourceVersion, endsInitialEvents: true))
      }
    } catch {
      first = [line("ERROR", error.body)]
      continuation.finish()
    }
    return WatchSession(plan: self, first: first, stream: stream, continuation: continuation)
  }

  private func initialState() -> (items: [JSONValue], resourceVersion: Int) {
    if let version = options.resourceVersion, !options.sendsInitialEvents { return ([], version) }
    let (items, version) = store.list(resource.type, namespace: namespace)
    return (items.filter(filter.matches), version)
  }

  /// The line for an event; nil when it does not concern the watch. An object that begins to match is added, one
  /// that no longer matches is deleted.
  func line(for event: StoreEvent) -> [UInt8]? {
    let matches = event.kind != .deleted && filter.matches(event.object)
    let matched = event.previous.map(filter.matches) ?? false
    switch (matched, matches) {
    case (false, false): return nil
    case (false, true): return line("ADDED", shown(event.object))
    case (true, true): return line("MODIFIED", shown(event.object))
    case (true, false):
      var last = event.kind == .deleted ? event.object : event.previous ?? event.object
      last.set(.string(String(event.resourceVersion)), at: "metadata", "resourceVersion")
      return line("DELETED", shown(last))
    }
  }

  private func shown(_ object: JSONValue) -> JSONValue {
    let object = ClusterStore.present(object, as: resource.type)
    switch form {
    case .plain: return object
    case .metadataOnly: return object.partialMetadata
    case .table:
      return TableRenderer(resource, store.sources.now()).table(
        [object],
        resourceVersion: object.resourceVersion,
        include: options.includeObject
      )
    }
  }

  func bookmark(_ version: Int, endsInitialEvents: Bool) -> [UInt8] {
    var object: JSONValue = [
      "kind": .string(resource.type.kind), "apiVersion": .string(resource.type.apiVersion),
      "metadata": ["resourceVersion": .string(String(version)), "creationTimestamp": .null],
    ]
    if endsInitialEvents { object.set("true", at: "metadata", "annotations", "k8s.io/initial-events-end") }
    if form == .table {
      object = TableRenderer(resource, store.sources.now()).table(
        [],
        resourceVersion: String(version),
        include: "None"
      )
    }
    return line("BOOKMARK", object)
  }

  private func line(_ type: String, _ object: JSONValue) -> [UInt8] {
    var bytes = JSONValue.object(["type": .string(type), "object": object]).bytes()
    bytes.append(0x0A)
    return bytes
  }
}
