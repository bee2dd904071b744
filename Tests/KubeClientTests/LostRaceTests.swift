import KubeClient
import Testing

/// Which errors say that somebody else wrote first.
@Suite struct LostRaceTests {
  static let errors: [(KubeError, Bool)] = [
    (KubeError(.conflict, "patching web: the object has been modified"), true),
    (KubeError(.invalid, "patching web: testing value /spec/replicas failed: test failed"), true),
    (
      KubeError(.invalid, "patching web: the server rejected our request due to an error in our request"),
      true
    ),
    (KubeError(.invalid, "creating web: spec.image: Invalid value: \"shop:latest\""), false),
    (KubeError(.notFound, "patching web: testing is not here"), false),
  ]

  @Test(arguments: errors) func onlyAConflictOrAFailedTestIsALostRace(error: KubeError, isLost: Bool) {
    #expect(error.isLostRace == isLost)
  }
}
