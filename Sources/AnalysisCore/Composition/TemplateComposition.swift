import KubeModel
package import Primitives

/// Puts templates and arguments together to the specification of an AnalysisRun.
package enum TemplateComposition {
  /// The `spec` of a run of the analysis: a copy, which later edits of the templates do not touch.
  ///
  /// `analysis` is a step's or strategy's analysis (`templates`, `dryRun`, `measurementRetention`); `arguments` are its
  /// own, resolved. Of those only the ones that a template declares are used, the others are dropped silently, as in
  /// Argo Rollouts. `lookup` gives a template, or nil when there is none.
  package static func compose(
    _ analysis: JSONValue,
    arguments: [AnalysisArgument],
    lookup: (TemplateReference) -> JSONValue?
  ) throws(CompositionError) -> JSONValue {
    let references = TemplateReference.list(analysis["templates"])
    guard !references.isEmpty else { throw CompositionError("an analysis needs at least one template") }
    var expansion = TemplateExpansion()
    for reference in references { try expansion.add(reference, lookup: lookup) }
    let templates = expansion.ordered
    var spec: JSONValue = ["metrics": .array(try metrics(of: templates))]
    let arguments = try merge(arguments, into: try declared(by: templates))
    let rules = try ["dryRun", "measurementRetention"].map { key throws(CompositionError) in
      (key, try Self.rules(key, of: templates + [.object(["spec": analysis])]))
    }
    for (key, list) in rules + [("args", arguments.map(\.json))] where !list.isEmpty {
      spec[key] = .array(list)
    }
    return spec
  }

  private static func metrics(of templates: [JSONValue]) throws(CompositionError) -> [JSONValue] {
    var seen: Set<String> = []
    var metrics: [JSONValue] = []
    for metric in templates.flatMap({ $0.spec["metrics"]?.array ?? [] }) {
      let name = scalarText(metric["name"])
      guard seen.insert(name).inserted else {
        throw CompositionError("two metrics have the same name '\(name)'")
      }
      metrics.append(metric)
    }
    return metrics
  }

  private static func rules(_ key: String, of templates: [JSONValue]) throws(CompositionError) -> [JSONValue]
  {
    var seen: Set<String> = []
    var rules: [JSONValue] = []
    for rule in templates.flatMap({ $0.spec[key]?.array ?? [] }) {
      let name = scalarText(rule["metricName"])
      guard seen.insert(name).inserted else {
        throw CompositionError("two \(key) rules have the same metricName '\(name)'")
      }
      rules.append(rule)
    }
    return rules
  }

  /// The arguments that the templates declare, in order; two different values of one are an error, and one without a
  /// value takes it from a later declaration.
  private static func declared(by templates: [JSONValue]) throws(CompositionError) -> [AnalysisArgument] {
    var arguments: [AnalysisArgument] = []
    for json in templates.flatMap({ $0.spec["args"]?.array ?? [] }) {
      let argument = AnalysisArgument(json)
      guard let index = arguments.firstIndex(where: { $0.name == argument.name }) else {
        arguments.append(argument)
        continue
      }
      if let first = arguments[index].value, let second = argument.value, first != second {
        throw CompositionError(
          "argument \(argument.name) specified multiple times with different values: '\(first)', '\(second)'"
        )
      }
      if let value = argument.value {
        arguments[index].value = value
        arguments[index].valueFrom = nil
      } else if arguments[index].value == nil, let source = argument.valueFrom {
        arguments[index].valueFrom = source
      }
    }
    return arguments
  }

  private static func merge(
    _ given: [AnalysisArgument],
    into declared: [AnalysisArgument]
  ) throws(CompositionError) -> [AnalysisArgument] {
    var result: [AnalysisArgument] = []
    for var argument in declared {
      if let match = given.last(where: { $0.name == argument.name }) {
        if let value = match.value {
          argument.value = value
          argument.valueFrom = nil
        } else if let source = match.valueFrom {
          argument.value = nil
          argument.valueFrom = source
        }
      }
      guard argument.value != nil || argument.valueFrom != nil else {
        throw CompositionError("args.\(argument.name) was not resolved")
      }
      result.append(argument)
    }
    return result
  }
}

/// The templates of an analysis with those that they name, each once.
private struct TemplateExpansion {
  private var found: [(reference: TemplateReference, template: JSONValue)] = []
  /// The templates being expanded, from the analysis down.
  private var path: [TemplateReference] = []

  /// Those of the namespace before those of the cluster, as Argo Rollouts concatenates them.
  var ordered: [JSONValue] {
    let inOrder = found.filter { !$0.reference.isClusterScoped } + found.filter(\.reference.isClusterScoped)
    return inOrder.map(\.template)
  }

  mutating func add(
    _ reference: TemplateReference,
    lookup: (TemplateReference) -> JSONValue?
  ) throws(CompositionError) {
    if let start = path.firstIndex(of: reference) {
      let circle = (path[start...] + [reference]).map(\.name).joined(separator: " -> ")
      throw CompositionError("analysis templates name each other in a circle: \(circle)")
    }
    guard !found.contains(where: { $0.reference == reference }) else { return }
    guard path.count < 50 else {
      throw CompositionError("analysis templates are nested deeper than 50: \(reference)")
    }
    guard let template = lookup(reference) else {
      let origin = path.last.map { "; \($0.quoted) names it" } ?? ""
      throw CompositionError("\(reference.quoted) not found\(origin)", missing: reference)
    }
    found.append((reference, template))
    path.append(reference)
    defer { path.removeLast() }
    for inner in TemplateReference.list(template.spec["templates"]) { try add(inner, lookup: lookup) }
  }
}
