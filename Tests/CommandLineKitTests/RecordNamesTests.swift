import Primitives
import Testing

@testable import CommandLineKit

/// A name in DNS has one writer, and a CNAME stands alone.
@Suite struct RecordNamesTests {
  private static func rollout(_ name: String, type: String, _ stable: String, _ canary: String) -> String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: { name: \(name), namespace: shop }
    spec:
      strategy:
        canary:
          trafficRouting:
            plugins:
              serin.dev/powerdns:
                url: http://powerdns:8081
                secretRef: { name: powerdns, key: api-key }
                zone: example.com
                name: Shop.example.com
                type: \(type)
                stable: [\(stable)]
                canary: [\(canary)]

    """
  }

  private static let web = rollout("web", type: "A", "192.0.2.1", "192.0.2.9")

  private static func collisions(_ files: (String, String)...) -> [String] {
    let report = Linter.lint(files.map { LintInput(name: $0.0, bytes: Array($0.1.utf8)) })
    return report.issues.filter { $0.path.hasSuffix("serin.dev/powerdns.name") }.map(\.reason)
  }

  @Test func oneRolloutOfANameIsRight() {
    #expect(Self.collisions(("web.yaml", Self.web)) == [])
    // The other folder is that of another cluster.
    #expect(Self.collisions(("a/web.yaml", Self.web), ("b/web.yaml", Self.web)) == [])
    let six = Self.rollout("six", type: "AAAA", "2001:db8::1", "2001:db8::9")
    #expect(Self.collisions(("web.yaml", Self.web), ("six.yaml", six)) == [])
  }

  @Test func twoRolloutsOfTheSameRecordsAreAnError() {
    let api = Self.rollout("api", type: "A", "192.0.2.3", "192.0.2.4")
    #expect(
      Set(Self.collisions(("web.yaml", Self.web), ("api.yaml", api))) == [
        "Rollout \"shop/web\" has the records shop.example.com. A as well",
        "Rollout \"shop/api\" has the records shop.example.com. A as well",
      ]
    )
  }

  @Test func aCNAMEStandsAlone() {
    let alias = Self.rollout("alias", type: "CNAME", "a.example.net", "b.example.net")
    #expect(
      Set(Self.collisions(("web.yaml", Self.web), ("alias.yaml", alias))) == [
        "Rollout \"shop/web\" has the records shop.example.com. A, but a CNAME stands alone",
        "Rollout \"shop/alias\" has the records shop.example.com. CNAME, but a CNAME stands alone",
      ]
    )
  }

  @Test func aNameThatExternalDNSWritesIsAnError() {
    let service = """
      apiVersion: v1
      kind: Service
      metadata:
        name: web
        namespace: shop
        annotations:
          external-dns.alpha.kubernetes.io/hostname: other.example.com, shop.example.com
      spec: {}

      """
    #expect(
      Self.collisions(("web.yaml", Self.web), ("service.yaml", service)) == [
        "Service \"shop/web\" has external-dns write shop.example.com. too"
      ]
    )
  }
}
