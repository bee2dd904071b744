import CCurl
import Glibc
import Primitives

/// The mailbox of one loop thread: jobs go in from anywhere, the thread takes them out.
///
/// The thread owns the multi handle. A wakeup happens under the mailbox's lock and only while the handle is
/// registered there, and the thread takes it out under the same lock before it frees it; so nobody can wake a dead
/// handle, and no job enters after the last look.
final class CurlLoop: Sendable {
  /// What other threads ask of the loop.
  enum Job: Sendable {
    case start(Transfer, Transfer.Reply)
    case cancel(Transfer)
    /// The reader of a paused stream has caught up.
    case resume(Transfer)
  }

  /// Unchecked: `curl_multi_wakeup` is the one call of libcurl that any thread may make on a multi handle.
  struct WakeupHandle: @unchecked Sendable {
    let multi: UnsafeMutableRawPointer

    func wake() { curl_multi_wakeup(multi) }
  }

  private struct Mailbox {
    /// `running` → `stopping` (asked to) → `closed` (jobs refused) → `ended` (everything freed).
    enum Phase { case running, stopping, closed, ended }
    var phase = Phase.running
    var jobs: [Job] = []
    var handle: WakeupHandle?
    var endWaiters: [CheckedContinuation<Void, Never>] = []
  }

  private let mailbox = Locked(Mailbox())
  private static let isLibraryReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// Starts the thread; when the system has none to give, every job is refused.
  init(options: HTTPClientOptions) {
    guard Self.isLibraryReady, spawn(options) else {
      mailbox.withLock { $0.phase = .ended }
      return
    }
  }

  /// Hands a job to the thread; false when the loop has stopped.
  @discardableResult
  func post(_ job: Job) -> Bool {
    mailbox.withLock { box in
      guard box.phase == .running else { return false }
      box.jobs.append(job)
      if box.jobs.count == 1 { box.handle?.wake() }
      return true
    }
  }

  /// Asks the thread to end; does not wait.
  func requestStop() {
    mailbox.withLock { box in
      guard box.phase == .running else { return }
      box.phase = .stopping
      box.handle?.wake()
    }
  }

  /// Returns when the thread has failed what was in flight and freed everything.
  func stop() async {
    requestStop()
    await withCheckedContinuation { waiter in
      let hasEnded = mailbox.withLock { box in
        if box.phase != .ended { box.endWaiters.append(waiter) }
        return box.phase == .ended
      }
      if hasEnded { waiter.resume() }
    }
  }

  // MARK: The thread's side

  func register(_ handle: WakeupHandle) { mailbox.withLock { $0.handle = handle } }

  /// The jobs since the last call, and whether to go on.
  func takeJobs() -> (jobs: [Job], goOn: Bool) {
    mailbox.withLock { box in
      defer { box.jobs = [] }
      return (box.jobs, box.phase == .running)
    }
  }

  /// Refuses jobs from here on and forgets the handle; returns the last jobs.
  func close() -> [Job] {
    mailbox.withLock { box in
      defer { box.jobs = [] }
      box.phase = .closed
      box.handle = nil
      return box.jobs
    }
  }

  func end() {
    let waiters = mailbox.withLock { box in
      box.phase = .ended
      defer { box.endWaiters = [] }
      return box.endWaiters
    }
    for waiter in waiters { waiter.resume() }
  }

  private func spawn(_ options: HTTPClientOptions) -> Bool {
    // One retain for the thread, taken back in its first line.
    let start = Unmanaged.passRetained(ThreadStart(loop: self, options: options))
    var thread = pthread_t()
    let code = pthread_create(
      &thread,
      nil,
      { context in
        guard let context else { return nil }
        let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        LoopThread(loop: start.loop, options: start.options).run()
        start.loop.end()
        return nil
      },
      start.toOpaque()
    )
    guard code == 0 else {
      start.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}

/// What a new thread needs to begin.
private final class ThreadStart: Sendable {
  let loop: CurlLoop
  let options: HTTPClientOptions

  init(loop: CurlLoop, options: HTTPClientOptions) {
    self.loop = loop
    self.options = options
  }
}
