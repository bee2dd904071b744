import AnalysisCore
import GitOpsCore
import KubeModel
import Primitives
import RolloutCore
import YAMLEdit

/// Finds what is wrong with manifests before they are committed: the same checks that the controller makes, on files.
enum Linter {
  /// Lints the files as one set: references may go from each to each.
  static func lint(_ inputs: [LintInput]) -> LintReport {
    var report = LintReport()
    var issues: [LintIssue] = []
    var objects: [LintedObject] = []
    for input in inputs {
      report.files += 1
      if let reason = unsupportedFile(input.name) {
        issues.append(issue(input.name, 1, 1, reason))
        continue
      }
      let documents: [YAMLDocument]
      do {
        documents = try YAML.parse(input.bytes)
      } catch {
        issues.append(issue(input.name, error.line, error.column, "invalid YAML: \(error.message)"))
        continue
      }
      for document in documents where !document.json.isNull {
        report.documents += 1
        issues += document.duplicateKeys.map { duplicate in
          issue(
            input.name,
            duplicate.mark.line,
            duplicate.mark.column,
            "the key \"\(duplicate.key)\" is given twice"
          )
        }
        objects += LintedObject.all(in: document, file: input.name)
      }
    }
    let identified = objects.filter { item in
      guard let problem = problem(with: item.object) else { return true }
      issues.append(item.issue(.error, "", problem))
      return false
    }
    let set = LintedSet(identified)
    issues += set.duplicates
    for item in identified { issues += self.issues(of: item) + set.referenceIssues(of: item) }
    issues += RecordNames(identified).issues()
    issues += SharedRoutes(identified).issues()
    report.take(issues, files: inputs.map(\.name))
    return report
  }

  private static func issue(_ file: String, _ line: Int, _ column: Int, _ reason: String) -> LintIssue {
    LintIssue(file: file, line: line, column: column, severity: .error, path: "", reason: reason)
  }

  /// Files that the Git sync refuses.
  private static func unsupportedFile(_ name: String) -> String? {
    switch name.split(separator: "/").last {
    case "kustomization.yaml", "kustomization.yml":
      "Kustomize is not supported yet; commit the rendered manifests"
    case "Chart.yaml": "Helm charts are not supported yet; commit the rendered manifests"
    default: nil
    }
  }

  /// Why a document is no Kubernetes object.
  private static func problem(with object: JSONValue) -> String? {
    guard object.object != nil else { return "a manifest must be a mapping" }
    let missing = ["apiVersion", "kind"].filter { object[$0]?.string?.isEmpty ?? true }
    guard missing.isEmpty else {
      return "no Kubernetes object: \(missing.joined(separator: " and ")) missing"
    }
    return object.name.isEmpty ? "\(object.kind) without metadata.name" : nil
  }

  /// What is wrong with an object by itself.
  private static func issues(of item: LintedObject) -> [LintIssue] {
    let object = item.object
    var issues = KnownFields.issues(of: item) + versionIssues(of: item)
    switch (ObjectID(object).group, object.kind) {
    case ("argoproj.io", "Rollout"):
      issues += validate(object).map { item.issue(.error, $0.path, $0.reason) }
      issues += unsupported(object).map { item.issue(.warning, $0.path, $0.reason) }
    case ("argoproj.io", "AnalysisTemplate"), ("argoproj.io", "ClusterAnalysisTemplate"),
      ("argoproj.io", "AnalysisRun"):
      issues += analysisIssues(in: object).map { item.issue(.error, $0.path, $0.reason) }
    case ("argoproj.io", "Experiment"):
      issues += validateExperiment(object).map { item.issue(.error, $0.path, $0.reason) }
    case ("serin.dev", "GitSource"):
      issues += GitSource(object).issues.map { item.issue(.error, $0.path, $0.reason) }
    default: break
    }
    return issues
  }

  /// Our kinds have one version; a manifest of another would be refused by the API server.
  private static func versionIssues(of item: LintedObject) -> [LintIssue] {
    let apiVersion = item.object.apiVersion
    let group = ObjectID(item.object).group
    guard KnownFields.has(item.object), apiVersion != "\(group)/v1alpha1" else { return [] }
    return [item.issue(.error, "apiVersion", "Invalid value: \"\(apiVersion)\": must be \(group)/v1alpha1")]
  }
}
