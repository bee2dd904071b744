import Primitives
import YAMLEdit

/// Files of manifests that a command is given.
enum ManifestFile {
  /// The objects of the files in order; `-` is standard input. Documents without anything in them are left out.
  static func objects(of paths: [String]) throws(CommandFailure) -> [JSONValue] {
    var objects: [JSONValue] = []
    for path in paths {
      let bytes = try FileAccess.readBytes(path == LintFiles.standardInput ? "/dev/stdin" : path)
      do throws(YAMLError) {
        let documents = try YAML.parse(bytes)
        objects += documents.flatMap { LintedObject.all(in: $0, file: path) }.map(\.object)
      } catch {
        let place = "\(path):\(error.line):\(error.column)"
        throw CommandFailure(.usage, "reading \(place): invalid YAML: \(error.message)")
      }
    }
    return objects.filter { $0.object?.isEmpty == false }
  }
}
