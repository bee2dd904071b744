import GitOpsCore
import GitStore
import KubeModel
import Primitives
import RolloutController
import Testing

@Suite(.timeLimit(.minutes(2))) struct GitWriterTests {
  private static let web = ObjectKey(namespace: "shop", name: "web")
  private static let config = ObjectKey(namespace: "shop", name: "config")
  private static let noon = Instant(secondsSinceEpoch: 1_795_262_400)

  /// A writer at work, with what it said and did.
  private final class Bench: Sendable {
    let remote: GitRemoteSample
    let records = RecordedDecisions()
    let writer: GitWriter
    let lines = Locked<[String]>([])
    let target: Locked<WriteTarget?>
    let pushes = Locked(0)
    /// How often an attempt had to be made again.
    let waits = Locked(0)

    init(
      _ remote: GitRemoteSample,
      source: GitSource? = nil,
      beforeOpen: @escaping @Sendable () throws -> Void = {}
    ) {
      self.remote = remote
      let target = Locked<WriteTarget?>(
        WriteTarget(source: source ?? remote.source(), repository: remote.repository())
      )
      self.target = target
      let lines = lines
      let pushes = pushes
      let waits = waits
      writer = GitWriter(
        environment: GitWriterEnvironment(
          open: { _ in
            try beforeOpen()
            return target.withLock { $0 }
          },
          pushed: { _ in pushes.withLock { $0 += 1 } },
          sleep: { _ in
            waits.withLock { $0 += 1 }
            try await Task.sleep(for: .milliseconds(2))
          },
          now: { GitWriterTests.noon },
          log: { line in lines.withLock { $0.append(line.message) } }
        ),
        records: records
      )
    }

    /// Runs the writer until the body has ended.
    func run(_ body: () async throws -> Void) async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await self.writer.run() }
        try await body()
        group.cancelAll()
      }
    }

    func write(_ decisions: Decision...) async throws {
      try await run {
        for decision in decisions { writer.submit(decision, source: config) }
        try await settled()
      }
    }

    /// Writes one decision and, when it has landed, another one.
    func write(one decision: Decision, then next: () -> Decision) async throws {
      try await run {
        writer.submit(decision, source: config)
        try await settled()
        writer.submit(next(), source: config)
        try await settled()
      }
    }

    func settled() async throws { try await eventually { writer.pending(for: web) == nil } }
  }

  private static func decision(
    _ kind: Decision.Kind,
    _ revision: Int,
    from old: String = "v1",
    to new: String,
    commit: String
  ) -> Decision {
    Decision(
      rollout: web,
      kind: kind,
      id: Decision.id(uid: "0c6f1b52-77aa", revision: revision, kind: kind),
      revision: revision,
      step: "3/6",
      reason: kind == .abort ? "metric success-rate failed" : "all steps passed",
      measurements: ["success-rate: 0.79"],
      oldImages: ["web": "shop/web:\(old)"],
      newImages: ["web": "shop/web:\(new)"],
      stableHash: "hash-\(old)",
      canaryHash: "hash-\(new)",
      sourceFile: GitRemoteSample.file,
      sourceCommit: commit,
      decidedBy: "metrics",
      at: noon
    )
  }

  @Test func aPromotionCommitsTheLockOnly() async throws {
    let remote = try await GitRemoteSample()
    let commit = try await remote.release("v2")
    let before = try await remote.show(GitRemoteSample.file)
    let bench = Bench(remote)
    try await bench.write(Self.decision(.promote, 2, to: "v2", commit: commit))
    #expect(try await remote.show(GitRemoteSample.file) == before)
    #expect(try await remote.log("%s|%an")[0] == "Promote shop/web to v2|Serin")
    let lock = try await remote.show("envs/production/serin.lock")
    #expect(lock.contains("podTemplateHash: hash-v2"))
    #expect(lock.contains(commit))
    #expect(bench.records.recorded(for: Self.web, in: Self.config)?.stableHash == "hash-v2")
    #expect(bench.pushes.withLock { $0 } == 1)
  }

  @Test func anAbortRestoresTheManifestByteForByteElsewhere() async throws {
    let remote = try await GitRemoteSample()
    let good = try await remote.release("v2")
    let stable = try await remote.show(GitRemoteSample.file)
    let bad = try await remote.release("v3")
    let bench = Bench(remote)
    try await bench.write(
      Self.decision(.promote, 2, to: "v2", commit: good),
      Self.decision(.abort, 3, from: "v2", to: "v3", commit: bad)
    )
    #expect(try await remote.show(GitRemoteSample.file) == stable)
    #expect(
      try await remote.log("%s").prefix(3) == [
        "Abort shop/web at v3, restore v2", "Promote shop/web to v2", "Release v3",
      ]
    )
    #expect(try await remote.log("%(trailers:key=Serin-Id,valueonly)")[0] == "0c6f1b52-r3-abort")
    #expect(bench.pushes.withLock { $0 } == 1)
  }

  @Test func anAbortWithoutALockFindsTheStableVersionInHistory() async throws {
    let remote = try await GitRemoteSample()
    let stable = try await remote.show(GitRemoteSample.file)
    let bad = try await remote.release("v2")
    try await Bench(remote).write(Self.decision(.abort, 2, to: "v2", commit: bad))
    #expect(try await remote.show(GitRemoteSample.file) == stable)
  }

  @Test func keepsWhatPeopleWroteOnOtherLinesSince() async throws {
    let remote = try await GitRemoteSample()
    let bad = try await remote.release("v2")
    try await remote.shell(
      "sed -i 's/replicas: 5/replicas: 7 # more/' \(remote.root)/seed/\(GitRemoteSample.file)"
    )
    try await remote.commitAndPush("Scale up", in: "seed")
    try await Bench(remote).write(Self.decision(.abort, 2, to: "v2", commit: bad))
    let expected = GitRemoteSample.manifest.replacing("replicas: 5", with: "replicas: 7 # more")
    #expect(try await remote.show(GitRemoteSample.file) == expected)
  }

  @Test func leavesAManifestAloneThatAPersonChangedAndSaysWhoDid() async throws {
    let remote = try await GitRemoteSample()
    let bad = try await remote.release("v2")
    let fix = try await remote.release("v3")
    let before = try await remote.show(GitRemoteSample.file)
    try await Bench(remote).write(Self.decision(.abort, 2, to: "v2", commit: bad))
    #expect(try await remote.show(GitRemoteSample.file) == before)
    let message = try await remote.shell("git -C \(remote.bare) log -1 --format=%B main | tr '\\n' ' '")
    #expect(message.hasPrefix("Abort shop/web at v2 "))
    #expect(message.contains("was changed since by \(fix.prefix(12))."))
    #expect(try await remote.show("envs/production/serin.lock").contains("image: shop/web:v2"))
  }

  @Test func followsAFileThatMoved() async throws {
    let remote = try await GitRemoteSample()
    let bad = try await remote.release("v2")
    try await remote.shell(
      "cd \(remote.root)/seed/envs/production && mkdir apps && git mv web.yaml apps/shop.yaml"
    )
    try await remote.commitAndPush("Move", in: "seed")
    try await Bench(remote).write(Self.decision(.abort, 2, to: "v2", commit: bad))
    #expect(try await remote.show("envs/production/apps/shop.yaml") == GitRemoteSample.manifest)
  }

  @Test func commitsTheLockAndSaysWhyWhenTheManifestCannotBeEditedSafely() async throws {
    let remote = try await GitRemoteSample()
    let aliased = GitRemoteSample.manifest.replacing("\"shop/web:v1\"", with: "&image shop/web:v1")
    try await remote.write(
      aliased + "        - {name: twin, image: *image}\n",
      to: GitRemoteSample.file,
      in: "seed"
    )
    try await remote.commitAndPush("Alias", in: "seed")
    let bad = try await remote.release("v2")
    let before = try await remote.show(GitRemoteSample.file)
    var decision = Self.decision(.abort, 2, to: "v2", commit: bad)
    decision.oldImages["twin"] = "shop/web:v1"
    decision.newImages["twin"] = "shop/web:v2"
    try await Bench(remote).write(decision)
    #expect(try await remote.show(GitRemoteSample.file) == before)
    let message = try await remote.shell("git -C \(remote.bare) log -1 --format=%B main | tr '\\n' ' '")
    #expect(message.contains("Manifest left alone: envs/production/web.yaml could not be edited safely"))
  }

  @Test func aDecisionSubmittedAgainIsCommittedOnce() async throws {
    let remote = try await GitRemoteSample()
    let commit = try await remote.release("v2")
    let decision = Self.decision(.promote, 2, to: "v2", commit: commit)
    try await Bench(remote).write(decision, decision)
    let count = try await remote.count()
    // A controller that was killed after the push and knows nothing.
    let second = Bench(remote)
    try await second.write(decision)
    #expect(try await remote.count() == count)
    #expect(second.records.recorded(for: Self.web, in: Self.config)?.decisionIDs == [decision.id])
    #expect(second.pushes.withLock { $0 } == 0)
  }

  @Test func nothingIsLostWhenTwoPeoplePushMeanwhile() async throws {
    let remote = try await GitRemoteSample()
    let commit = try await remote.release("v2")
    try await remote.clone("ann")
    try await remote.clone("bob")
    let isDone = Locked(false)
    let attempts = Locked(0)
    let bench = Bench(remote, beforeOpen: { attempts.withLock { $0 += 1 } })
    try await bench.run {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for person in ["ann", "bob"] {
          group.addTask {
            for number in 1...6 {
              try await remote.write("\(number)\n", to: "notes/\(person)", in: person)
              try await remote.git("add -A", in: person)
              try await remote.git("commit -q -m '\(person) \(number)'", in: person)
              try await remote.shell(
                """
                cd \(remote.root)/\(person) && for i in $(seq 50); do \
                git -c user.name=A -c user.email=a@b pull -q --rebase origin main && \
                git push -q origin HEAD:main && exit 0; done; exit 1
                """
              )
            }
          }
        }
        group.addTask {
          for revision in 2...6 {
            bench.writer.submit(
              Self.decision(.promote, revision, to: "v\(revision)", commit: commit),
              source: Self.config
            )
            try await bench.settled()
          }
          isDone.withLock { $0 = true }
        }
        try await group.waitForAll()
      }
    }
    #expect(isDone.withLock { $0 })
    let subjects = try await remote.log("%s")
    for person in ["ann", "bob"] {
      for number in 1...6 { #expect(subjects.filter { $0 == "\(person) \(number)" }.count == 1) }
      #expect(try await remote.show("notes/\(person)") == "6\n")
    }
    for revision in 2...6 {
      #expect(subjects.filter { $0 == "Promote shop/web to v\(revision)" }.count == 1)
    }
    let lock = try await remote.show("envs/production/serin.lock")
    #expect(lock.contains("podTemplateHash: hash-v6"))
  }

  @Test func everyDecisionLandsOnceWhileSomebodyPushesAsOften() async throws {
    let remote = try await GitRemoteSample()
    let commit = try await remote.release("v2")
    let bench = Bench(remote)
    let isDone = Locked(false)
    // Pushes the rival may still make: three a decision, as fast as it can, so that no machine is
    // slow enough for the writer to lose every race.
    let budget = Locked(0)
    let revisions = Locked(1)
    let pushed = try await withThrowingTaskGroup(of: Int.self) { group in
      group.addTask {
        let rival = remote.repository("rival")
        var count = 0
        while !isDone.withLock({ $0 }) {
          guard budget.withLock({ $0 }) > 0 else {
            try await Task.sleep(for: .milliseconds(1))
            continue
          }
          let tip = try await rival.fetch(branch: "main")
          let own = try await rival.commit(
            parent: tip,
            edits: [GitEdit(path: "rival", bytes: Array("\(count)".utf8))],
            message: "Rival \(count)",
            author: GitSignature(name: "Rival", email: "r@example.com", when: Self.noon)
          )
          do {
            try await rival.push(commit: own, to: "main")
            count += 1
            budget.withLock { $0 -= 1 }
          } catch GitError.rejected {}
        }
        return count
      }
      defer { isDone.withLock { $0 = true } }
      try await bench.run {
        // Until a race was lost, so that the way back from one is what is tested.
        while revisions.withLock({ $0 }) < 10 || bench.waits.withLock({ $0 }) == 0,
          revisions.withLock({ $0 }) < 300
        {
          let revision = revisions.withLock { revisions in
            revisions += 1
            return revisions
          }
          budget.withLock { $0 = 3 }
          bench.writer.submit(
            Self.decision(.promote, revision, to: "v\(revision)", commit: commit),
            source: Self.config
          )
          try await bench.settled()
        }
      }
      isDone.withLock { $0 = true }
      return try await group.next() ?? 0
    }
    #expect(bench.waits.withLock { $0 } > 0)
    let subjects = try await remote.log("%s")
    #expect(subjects.filter { $0.hasPrefix("Rival ") }.count == pushed)
    for revision in 2...revisions.withLock({ $0 }) {
      #expect(subjects.filter { $0 == "Promote shop/web to v\(revision)" }.count == 1)
    }
  }

  @Test func aRaceThatIsLostIsDecidedAgainOnTheNewTip() async throws {
    let remote = try await GitRemoteSample()
    let bad = try await remote.release("v2")
    // A person pushes after the writer fetched: seen as a second attempt on another tip.
    let session = GitRepository(directory: "\(remote.root)/other", remote: GitRemote(url: remote.url))
    let tip = try await session.fetch(branch: "main")
    let fix = try await remote.release("v3")
    let own = try await session.commit(
      parent: tip,
      edits: [GitEdit(path: "x", bytes: [65])],
      message: "x",
      author: GitSignature(name: "a", email: "b", when: Self.noon)
    )
    await #expect(throws: GitError.rejected(newTip: try #require(GitCommitID(fix)))) {
      try await session.push(commit: own, to: "main")
    }
    try await Bench(remote).write(Self.decision(.abort, 2, to: "v2", commit: bad))
    #expect(try await remote.show(GitRemoteSample.file).contains("shop/web:v3"))
  }

  @Test func keepsTryingWhileGitIsAwayAndTellsItOnce() async throws {
    let remote = try await GitRemoteSample()
    let commit = try await remote.release("v2")
    try await remote.shell("mv \(remote.bare) \(remote.bare).away")
    let attempts = Locked(0)
    let bench = Bench(remote, beforeOpen: { attempts.withLock { $0 += 1 } })
    try await bench.run {
      bench.writer.submit(Self.decision(.promote, 2, to: "v2", commit: commit), source: Self.config)
      try await eventually { attempts.withLock { $0 } > 5 }
      #expect(bench.writer.pending(for: Self.web)?.contains("cannot fetch branch main") == true)
      #expect(bench.lines.withLock { $0 }.count == 1)
      try await remote.shell("mv \(remote.bare).away \(remote.bare)")
      try await bench.settled()
    }
    #expect(try await remote.log("%s")[0] == "Promote shop/web to v2")
  }

  @Test func aBranchOfItsOwnIsWrittenWhenAsked() async throws {
    let remote = try await GitRemoteSample()
    let commit = try await remote.release("v2")
    let bench = Bench(remote, source: remote.source(writeBack: ["mode": "branch"]))
    try await bench.write(one: Self.decision(.promote, 2, to: "v2", commit: commit)) {
      Self.decision(.promote, 3, to: "v3", commit: commit)
    }
    #expect(try await remote.log("%s")[0] == "Release v2")
    #expect(
      try await remote.log("%s", branch: "serin/shop-config").prefix(2) == [
        "Promote shop/web to v3", "Promote shop/web to v2",
      ]
    )
  }

  @Test func writesNothingWhenToldSoOrWhenTheSourceIsGone() async throws {
    let remote = try await GitRemoteSample()
    let commit = try await remote.release("v2")
    let count = try await remote.count()
    let bench = Bench(remote, source: remote.source(writeBack: ["mode": "none"]))
    try await bench.write(one: Self.decision(.promote, 2, to: "v2", commit: commit)) {
      bench.target.withLock { $0 = nil }
      return Self.decision(.promote, 3, to: "v3", commit: commit)
    }
    #expect(try await remote.count() == count)
    #expect(bench.lines.withLock { $0 } == ["decisions dropped, the GitSource is gone: promote of shop/web"])
  }

  @Test func aBrokenLockIsWrittenAnewAndSaidSo() async throws {
    let remote = try await GitRemoteSample()
    let commit = try await remote.release("v2")
    try await remote.write("<<<<<<< HEAD\n: [", to: "envs/production/serin.lock", in: "seed")
    try await remote.commitAndPush("Break the lock", in: "seed")
    try await Bench(remote).write(Self.decision(.promote, 2, to: "v2", commit: commit))
    #expect(try await remote.show("envs/production/serin.lock").contains("podTemplateHash: hash-v2"))
    #expect(try await remote.shell("git -C \(remote.bare) log -1 --format=%b main").contains("written anew"))
  }
}

/// Polls a condition until it holds; fails after half a minute.
func eventually(_ condition: () throws -> Bool) async throws {
  let deadline = ContinuousClock.now + .seconds(30)
  while try !condition() {
    try #require(ContinuousClock.now < deadline, "the condition never held")
    try await Task.sleep(for: .milliseconds(5))
  }
}
