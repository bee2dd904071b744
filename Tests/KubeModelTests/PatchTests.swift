import KubeModel
import Primitives
import Testing

@Suite struct PatchTests {
  @Test func mergePatchRoundTripsTheDifference() throws {
    let old: JSONValue = ["a": 1, "b": ["c": 2, "d": [1, 2]], "gone": true]
    let new: JSONValue = ["a": 1, "b": ["c": 3, "d": [1]], "added": "x"]
    let patch = try #require(MergePatch.difference(from: old, to: new))
    #expect(patch == ["b": ["c": 3, "d": [1]], "gone": .null, "added": "x"])
    #expect(MergePatch.apply(patch, to: old) == new)
    #expect(MergePatch.difference(from: new, to: new) == nil)
  }

  @Test func jsonPatchAppliesInOrderAndRefusesAFailedTest() throws {
    let document: JSONValue = ["a": ["b": [1, 2]]]
    let patched = try JSONPatch.apply(
      [
        ["op": "test", "path": "/a/b/0", "value": 1], ["op": "add", "path": "/a/b/-", "value": 3],
        ["op": "remove", "path": "/a/b/0"], ["op": "add", "path": "/a/x~1y", "value": "z"],
      ],
      to: document
    )
    #expect(patched == ["a": ["b": [2, 3], "x/y": "z"]])
    #expect(throws: JSONPatchError.self) {
      try JSONPatch.apply([["op": "test", "path": "/a/b/0", "value": 9]], to: document)
    }
  }

  @Test func selectorsMatchAsKubernetesDoes() throws {
    let selector = try #require(
      LabelSelector([
        "matchLabels": ["app": "shop"],
        "matchExpressions": [["key": "tier", "operator": "NotIn", "values": ["batch"]]],
      ])
    )
    #expect(selector.matches(["app": "shop"]))
    #expect(!selector.matches(["app": "shop", "tier": "batch"]))
    #expect(selector.queryText == "app=shop,tier notin (batch)")
  }
}
