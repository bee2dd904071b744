import CCurl
import Glibc
import Primitives

/// Everything that happens on the one thread that talks to libcurl; confined to it.
final class LoopThread {
  private let loop: CurlLoop
  private let options: HTTPClientOptions
  private var requests: AdmissionLane<Transfer>
  private var streams: AdmissionLane<Transfer>
  /// By easy handle; holding the transfer here keeps the pointer that libcurl's callbacks get alive.
  private var active: [UnsafeMutableRawPointer: Transfer] = [:]
  private var pool: [CurlEasy] = []
  /// Not later than the first deadline that the loop itself must watch.
  private var nextDeadline: ContinuousClock.Instant?

  init(loop: CurlLoop, options: HTTPClientOptions) {
    self.loop = loop
    self.options = options
    requests = AdmissionLane(limit: options.maxConnections, limitPerHost: options.maxConnectionsPerHost)
    streams = AdmissionLane(limit: options.maxStreams, limitPerHost: options.maxStreams)
  }

  /// Serves until asked to stop, then fails everything that is under way with `stopped`.
  func run() {
    guard let multi = curl_multi_init() else {
      stopJobs()
      return
    }
    limitConnections(multi)
    loop.register(CurlLoop.WakeupHandle(multi: multi))
    serve(multi)
    stopJobs()
    for transfer in Array(active.values) + requests.waiting + streams.waiting {
      finish(transfer, .failure(stopped(transfer)), in: multi)
    }
    pool = []
    curl_multi_cleanup(multi)
  }

  private func serve(_ multi: UnsafeMutableRawPointer) {
    while true {
      let (jobs, goOn) = loop.takeJobs()
      for job in jobs { perform(job, in: multi) }
      guard goOn else { return }
      var running: Int32 = 0
      guard curl_multi_perform(multi, &running) == CURLM_OK else { return }
      collect(multi)
      expire(multi)
      admit(multi)
      guard curl_multi_poll(multi, nil, 0, pollMilliseconds(), nil) == CURLM_OK else { return }
    }
  }

  /// Requests are held to their permits before; this is libcurl's own bound, with room for every stream.
  private func limitConnections(_ multi: UnsafeMutableRawPointer) {
    let total = options.maxConnections + options.maxStreams
    let perHost = options.maxConnectionsPerHost + options.maxStreams
    serin_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, total)
    serin_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, perHost)
    serin_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.maxConnections)
  }

  // MARK: Jobs

  private func perform(_ job: CurlLoop.Job, in multi: UnsafeMutableRawPointer) {
    switch job {
    case .start(let transfer, let reply): start(transfer, reply)
    case .cancel(let transfer):
      finish(transfer, .failure(transfer.error(.cancelled, "cancelled")), in: multi)
    case .resume(let transfer):
      if case .active(let easy, _) = transfer.state { curl_easy_pause(easy.raw, CURLPAUSE_CONT) }
    }
  }

  private func start(_ transfer: Transfer, _ reply: Transfer.Reply) {
    guard case .new = transfer.state else {
      reply.resume(returning: .failure(transfer.error(.cancelled, "cancelled")))
      return
    }
    transfer.state = .waiting(reply)
    watchDeadline(of: transfer)
    if transfer.buffer == nil {
      requests.enqueue(transfer, host: transfer.host)
    } else {
      streams.enqueue(transfer, host: transfer.host)
    }
  }

  private func stopJobs() {
    for case .start(let transfer, let reply) in loop.close() {
      reply.resume(returning: .failure(stopped(transfer)))
    }
  }

  private func stopped(_ transfer: Transfer) -> HTTPError {
    transfer.error(.stopped, "the HTTP client was shut down")
  }

  // MARK: Into libcurl and out of it

  private func admit(_ multi: UnsafeMutableRawPointer) {
    let isWaiting = { (transfer: Transfer) in
      if case .waiting = transfer.state { true } else { false }
    }
    while let transfer = streams.admit(wanted: isWaiting) { activate(transfer, in: multi) }
    while let transfer = requests.admit(wanted: isWaiting) { activate(transfer, in: multi) }
  }

  private func activate(_ transfer: Transfer, in multi: UnsafeMutableRawPointer) {
    guard case .waiting(let reply) = transfer.state else { return }
    guard let easy = pool.popLast() ?? CurlEasy() else {
      release(transfer)
      transfer.finish(.failure(transfer.error(.protocolError, "out of memory")))
      return
    }
    transfer.state = .active(easy, reply)
    active[easy.raw] = transfer
    do throws(CurlFailure) {
      try easy.configure(transfer, options: options, now: .now)
    } catch {
      fail(transfer, easy, error.code, in: multi)
      return
    }
    guard curl_multi_add_handle(multi, easy.raw) == CURLM_OK else {
      fail(transfer, easy, CURLE_OUT_OF_MEMORY, in: multi)
      return
    }
  }

  private func fail(
    _ transfer: Transfer,
    _ easy: CurlEasy,
    _ code: CURLcode,
    in multi: UnsafeMutableRawPointer
  ) {
    let error = HTTPError(curl: code, message: easy.message(for: code), request: transfer.request.summary)
    finish(transfer, .failure(transfer.abortReason ?? error), in: multi)
  }

  private func collect(_ multi: UnsafeMutableRawPointer) {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      // The message is freed with the handle's removal, so copy first.
      let (kind, code, raw) = (message.pointee.msg, message.pointee.data.result, message.pointee.easy_handle)
      guard kind == CURLMSG_DONE, let raw, let transfer = active[raw],
        case .active(let easy, _) = transfer.state
      else { continue }
      if code == CURLE_OK {
        finish(transfer, .success(()), in: multi)
      } else {
        fail(transfer, easy, code, in: multi)
      }
    }
  }

  /// Takes the transfer out of libcurl if it is there, gives its permit back and tells its caller.
  private func finish(
    _ transfer: Transfer,
    _ result: Result<Void, HTTPError>,
    in multi: UnsafeMutableRawPointer
  ) {
    if case .active(let easy, _) = transfer.state {
      // Removing a transfer that is under way closes its connection.
      curl_multi_remove_handle(multi, easy.raw)
      active[easy.raw] = nil
      easy.reset()
      if pool.count < options.maxConnections { pool.append(easy) }
      release(transfer)
    }
    transfer.finish(result)
  }

  private func release(_ transfer: Transfer) {
    if transfer.buffer == nil {
      requests.release(host: transfer.host)
    } else {
      streams.release(host: transfer.host)
    }
  }

  // MARK: Time

  private func watchDeadline(of transfer: Transfer) {
    guard let deadline = transfer.ownDeadline else { return }
    nextDeadline = min(nextDeadline ?? deadline, deadline)
  }

  private func expire(_ multi: UnsafeMutableRawPointer) {
    let now = ContinuousClock.now
    guard let due = nextDeadline, due <= now else { return }
    nextDeadline = nil
    for transfer in Array(active.values) + requests.waiting + streams.waiting {
      guard let deadline = transfer.ownDeadline, deadline <= now else {
        watchDeadline(of: transfer)
        continue
      }
      finish(transfer, .failure(transfer.error(.timedOut, lateness(of: transfer))), in: multi)
    }
  }

  private func lateness(of transfer: Transfer) -> String {
    if case .waiting = transfer.state {
      return "timed out waiting for one of \(active.count) busy connections"
    }
    return "timed out after \(transfer.request.headTimeout) without a head of the answer"
  }

  /// Up to a minute; libcurl shortens it by its own timers, a job by a wakeup.
  private func pollMilliseconds() -> Int32 {
    guard let nextDeadline else { return 60_000 }
    let left = (nextDeadline - .now).inSeconds * 1000
    return Int32(min(60_000, max(0, left.rounded(.up))))
  }
}
