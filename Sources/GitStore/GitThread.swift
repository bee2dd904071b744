import Glibc

/// A thread of its own for the blocking calls of one mirror: jobs run one at a time, in order.
///
/// The thread owns the mirror; nothing else can reach it. It ends after ``stop()``, once the jobs before are done, and
/// frees the mirror then.
final class GitThread: @unchecked Sendable {
  typealias Job = @Sendable (Mirror) -> Void

  // Unchecked: `jobs` and `isStopped` are only touched with the mutex held; the pointers never change.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [Job] = []
  private var isStopped = false

  private init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Starts a thread; nil when the system gives none.
  static func start(directory: String, remote: GitRemote) -> GitThread? {
    let thread = GitThread()
    let start = Start(thread: thread, directory: directory, remote: remote)
    var handle = pthread_t()
    // Retained here, taken over by the new thread (or right below when there is none).
    let argument = Unmanaged.passRetained(start)
    let code = pthread_create(&handle, nil, serveGitThread, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      return nil
    }
    pthread_detach(handle)
    return thread
  }

  /// Queues a job; false after ``stop()``.
  func submit(_ job: @escaping Job) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !isStopped else { return false }
    jobs.append(job)
    pthread_cond_signal(condition)
    return true
  }

  /// Lets the thread end when its queue is empty.
  func stop() {
    pthread_mutex_lock(mutex)
    isStopped = true
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  fileprivate func next() -> Job? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while jobs.isEmpty, !isStopped { pthread_cond_wait(condition, mutex) }
    return jobs.isEmpty ? nil : jobs.removeFirst()
  }

  /// Everything that the new thread is given.
  fileprivate final class Start: Sendable {
    let thread: GitThread
    let directory: String
    let remote: GitRemote

    init(thread: GitThread, directory: String, remote: GitRemote) {
      self.thread = thread
      self.directory = directory
      self.remote = remote
    }
  }
}

/// The thread's main function; it takes over the reference that its starter retained.
private func serveGitThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<GitThread.Start>.fromOpaque(argument).takeRetainedValue()
  let mirror = Mirror(directory: start.directory, remote: start.remote)
  while let job = start.thread.next() { job(mirror) }
  return nil
}
