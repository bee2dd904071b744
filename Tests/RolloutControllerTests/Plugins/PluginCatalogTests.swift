import Primitives
import Testing

@testable import RolloutController

@Suite struct PluginCatalogTests {
  private static func refusal(_ data: [String: String], _ kind: PluginKind, _ name: String) -> String? {
    do throws(PluginFailure) {
      _ = try PluginCatalog(data).entry(kind, name)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func readsWhatTheConfigMapSays() throws {
    let list = """
      - name: acme/approve
        location: file:///plugins/approve.py
        args: [--team, shop]
        env: [{name: URL, value: "http://approvals"}]
        sha256: \(String(repeating: "A", count: 64))
        timeoutSeconds: 5
      - name: acme/old
        location: file:///plugins/old
        disabled: true
      """
    let catalog = PluginCatalog(["stepPlugins": list])
    let entry = try catalog.entry(.step, "acme/approve")
    #expect(entry.path == "/plugins/approve.py" && entry.arguments == ["--team", "shop"])
    #expect(entry.environment == ["URL": "http://approvals"] && entry.deadline == .seconds(5))
    #expect(entry.digest == String(repeating: "a", count: 64) && !entry.isDisabled)
    let old = try catalog.entry(.step, "acme/old")
    #expect(old.isDisabled && old.digest == nil && old.deadline == .seconds(30))
  }

  @Test(arguments: [
    ("- {name: a, location: https://x/y}", "step plugin a: Serin downloads no programs"),
    ("- {name: a, location: ./run}", "step plugin a: location is not file:///path"),
    ("- {name: a}", "step plugin a: location is not file:///path"),
    ("- {name: a, location: file:///a, sha256: abc}", "step plugin a: sha256 is not 64 hexadecimal digits"),
    ("- {name: a, location: file:///a, args: [1]}", "step plugin a: args is no list of texts"),
    ("- {name: a, location: file:///a, env: [{name: B}]}", "step plugin a: env needs a name and a value"),
    ("- {name: a, location: file:///a, timeoutSeconds: 0}", "step plugin a: timeoutSeconds is not between"),
    (
      "- {name: a, location: file:///a}\n- {name: a, location: file:///b}",
      "step plugin a: argo-rollouts-config names it twice"
    ),
    ("- {name: b, location: file:///b}", "step plugin a: argo-rollouts-config has none under stepPlugins"),
    ("name: a", "argo-rollouts-config, stepPlugins: it is no list"),
    ("- [", "argo-rollouts-config, stepPlugins: "),
  ])
  func refusesWhatCannotBeRun(list: String, reason: String) {
    let refusal = Self.refusal(["stepPlugins": list], .step, "a")
    #expect(refusal?.hasPrefix(reason) == true, "\(refusal ?? "nil")")
  }

  @Test func aBadEntrySpoilsNoOther() throws {
    let catalog = PluginCatalog([
      "stepPlugins": "- {name: a}\n- {name: b, location: file:///b}", "metricProviderPlugins": "- [",
    ])
    #expect(try catalog.entry(.step, "b").path == "/b")
  }
}
