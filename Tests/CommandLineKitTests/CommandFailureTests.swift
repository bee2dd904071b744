import GitStore
import KubeClient
import Testing

@testable import CommandLineKit

@Suite struct CommandFailureTests {
  @Test func theLineHasTheHintBehindTheMessage() {
    #expect(CommandFailure(.failed, "no luck").line == "serin: no luck")
    #expect(
      CommandFailure(.usage, "no file", hint: "name one").line == "serin: no file; name one"
    )
  }

  @Test func exitCodesAreThoseOfTheManual() {
    let codes: [CommandFailure.Code] = [.failed, .usage, .unreachable, .timedOut]
    #expect(codes.map(\.rawValue) == [1, 2, 3, 4])
  }

  @Test(
    "what the cluster says becomes an exit code and a hint",
    arguments: [
      (.unreachable, 3, "check --kubeconfig, KUBECONFIG and the cluster's address"),
      (.badConfiguration, 3, "check --kubeconfig, KUBECONFIG and the cluster's address"),
      (.unauthorized, 3, "check the user in the kubeconfig"),
      (.timedOut, 4, "try again, or check the cluster's health"),
      (.notFound, 1, "see `serin list rollouts -A` for what there is"),
      (.forbidden, 1, "ask for the right to do this"),
      (.invalid, 1, ""),
      (.conflict, 1, ""),
    ] as [(KubeError.Code, Int32, String)]
  )
  func ofCluster(code: KubeError.Code, exit: Int32, hint: String) {
    let failure = CommandFailure(KubeError(code, "reading rollout shop/web: no"))
    #expect(failure.code.rawValue == exit)
    #expect(failure.hint == hint)
    #expect(failure.message == "reading rollout shop/web: no")
  }

  @Test(
    "what Git says becomes an exit code and a hint",
    arguments: [
      (.unreachable("cannot fetch x: no route"), 1, "check the address and the network"),
      (.timedOut("cannot fetch x: no end within 2m0s"), 4, "try again"),
      (.notFound("cannot fetch x: gone"), 1, "check the address"),
      (.branchMissing(name: "trunk"), 1, "choose another with --branch"),
      (.authenticationFailed("cannot fetch x: 401"), 1, "check the Secret of the GitSource"),
      (.corrupt("broken"), 1, ""),
    ] as [(GitError, Int32, String)]
  )
  func ofGit(error: GitError, exit: Int32, hint: String) {
    let failure = CommandFailure(error)
    #expect(failure.code.rawValue == exit)
    #expect(failure.hint == hint)
    #expect(failure.message == error.message)
  }
}
