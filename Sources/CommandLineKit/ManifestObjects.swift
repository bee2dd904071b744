import Primitives
import YAMLEdit

/// The objects of files, without a look at what they mean.
enum ManifestObjects {
  /// All objects of the paths, those of Lists one by one; see ``LintFiles/read(_:)``.
  static func read(_ paths: [String]) throws(CommandFailure) -> [JSONValue] {
    var objects: [JSONValue] = []
    for input in try LintFiles.read(paths) {
      do throws(YAMLError) {
        for document in try YAML.parse(input.bytes) where !document.json.isNull {
          objects += LintedObject.all(in: document, file: input.name).map(\.object)
        }
      } catch {
        throw CommandFailure(
          .failed,
          "\(input.name):\(error.line):\(error.column): invalid YAML: \(error.message)"
        )
      }
    }
    return objects
  }
}
