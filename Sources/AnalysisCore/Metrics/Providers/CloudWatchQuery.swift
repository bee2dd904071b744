package import Primitives

/// Queries for metric data of Amazon CloudWatch.
package struct CloudWatchQuery: Sendable, Hashable {
  /// A Go duration before now: the window that is asked about.
  package let intervalText: String
  /// The queries in CloudWatch's own spelling (`Id`, `MetricStat` and so on), ready to be sent.
  package let queries: [JSONValue]

  /// Reads `provider.cloudWatch` leniently.
  package init(_ json: JSONValue) {
    let interval = scalarText(json["interval"])
    intervalText = interval.isEmpty ? "5m" : interval
    queries = (json["metricDataQueries"]?.array ?? []).map(Self.query)
  }

  private static func query(_ json: JSONValue) -> JSONValue {
    var query: JSONValue = ["Id": .string(scalarText(json["id"]))]
    query["Expression"] = text(json["expression"])
    query["Label"] = text(json["label"])
    query["Period"] = intOrString(json["period"]).map { JSONValue($0) }
    query["ReturnData"] = json["returnData"]?.bool.map { JSONValue.bool($0) }
    if let stat = json["metricStat"], !stat.isNull {
      var metric: JSONValue = [:]
      metric["Namespace"] = text(stat["metric"]?["namespace"])
      metric["MetricName"] = text(stat["metric"]?["metricName"])
      let dimensions = stat["metric"]?["dimensions"]?.array ?? []
      if !dimensions.isEmpty {
        metric["Dimensions"] = .array(
          dimensions.map {
            ["Name": .string(scalarText($0["name"])), "Value": .string(scalarText($0["value"]))]
          }
        )
      }
      var metricStat: JSONValue = ["Metric": metric, "Stat": .string(scalarText(stat["stat"]))]
      metricStat["Period"] = JSONValue(intOrString(stat["period"]) ?? 0)
      metricStat["Unit"] = text(stat["unit"])
      query["MetricStat"] = metricStat
    }
    return query
  }

  private static func text(_ json: JSONValue?) -> JSONValue? {
    let text = scalarText(json)
    return text.isEmpty ? nil : .string(text)
  }

  func issues() -> [ProviderIssue] {
    var issues = ProviderIssue.duration("interval", intervalText)
    if queries.isEmpty { issues.append(ProviderIssue("metricDataQueries", "a query is needed")) }
    for (index, query) in queries.enumerated() {
      let field = "metricDataQueries[\(index)]"
      if query["Id"] == "" { issues.append(ProviderIssue("\(field).id", "an id is needed")) }
      if (query["Expression"] == nil) == (query["MetricStat"] == nil) {
        issues.append(ProviderIssue(field, "use either expression or metricStat"))
      }
    }
    return issues
  }
}
