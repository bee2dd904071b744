import KubeModel
import Primitives
import Testing

/// What the routers' golden files say of objects: how people wrote them, and how they are after each step.
struct GoldenObjects: Sendable, CustomTestStringConvertible {
  /// An object as it is after a step, or nothing where it is gone.
  enum State: Sendable {
    case object(JSONValue)
    /// As at the start: by the words of the file, such as `Ingress "shop/web"`.
    case first(String)
  }

  let name: String
  /// As people wrote them.
  let written: [JSONValue]
  /// What changed, step by step.
  let steps: [(asked: String, now: [State])]

  var testDescription: String { name }

  static let all: [GoldenObjects] = {
    let root = "\(Corpus.root)/Tests/TrafficPlansTests/Golden"
    return Corpus.files(in: root).compactMap { path in
      let name = path.dropFirst(root.utf8.count + 1).prefix { $0 != "." }
      guard let document = try? Corpus.documents(in: path).first else { return nil }
      return GoldenObjects(name: String(name), document)
    }
  }()

  private init(name: String, _ document: JSONValue) {
    self.name = name
    written = document["objects"]?.array ?? []
    steps = (document["golden"]?.array ?? []).map { entry in
      let states = (entry["now"]?.array ?? []).compactMap { value -> State? in
        if value.isNull { return nil }
        guard let words = value.string else { return .object(value) }
        let end = words.firstRange(of: " is as it was")?.lowerBound ?? words.endIndex
        return .first(String(words[..<end]))
      }
      return (entry["asked"]?.string ?? "", states)
    }
  }

  /// The kinds of all objects, with their versions.
  var kinds: Set<Kind> {
    let made = steps.flatMap(\.now).compactMap { state -> JSONValue? in
      guard case .object(let object) = state else { return nil }
      return object
    }
    return Set((written + made).map(Kind.init))
  }

  /// A kind as an object names it.
  struct Kind: Hashable, CustomStringConvertible {
    let apiVersion: String
    let kind: String

    init(_ object: JSONValue) { (apiVersion, kind) = (object.apiVersion, object.kind) }

    var description: String { apiVersion.isEmpty ? kind : "\(kind) of \(apiVersion)" }
  }
}
