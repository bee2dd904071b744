import CCurl

extension CurlEasy {
  /// Sets everything for one transfer on a fresh or reset handle.
  func configure(
    _ transfer: Transfer,
    options: HTTPClientOptions,
    now: ContinuousClock.Instant
  ) throws(CurlFailure) {
    try attachErrorText()
    try set(CURLOPT_NOSIGNAL, 1)
    try closeSocketsOnExec()
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_TCP_KEEPALIVE, 1)
    try set(CURLOPT_TCP_KEEPIDLE, 30)
    try set(CURLOPT_TCP_KEEPINTVL, 15)
    if transfer.maxRedirects > 0 {
      try set(CURLOPT_FOLLOWLOCATION, 1)
      try set(CURLOPT_MAXREDIRS, transfer.maxRedirects)
    }
    try setTarget(transfer, tls: options.tls)
    try setMethod(transfer.request)
    try setTLS(options.tls, insecure: transfer.request.insecure || options.tls.insecure)
    try setProxy(options.proxy)
    try setTimes(transfer, now: now)
    try setCallbacks(transfer)
  }

  /// URL, header fields and version. Another name for TLS goes into the URL, with the connection directed to the
  /// true host and the `Host` field naming it.
  private func setTarget(_ transfer: Transfer, tls: TLSOptions) throws(CurlFailure) {
    let request = transfer.request
    var extra: [String] = []
    if let name = tls.serverName, let parts = URLParts(request.url), parts.scheme == "https" {
      let (host, port) = parts.hostAndPort
      try set(CURLOPT_URL, "https://\(parts.userInfo)\(name):\(port)\(parts.rest)")
      try set(CURLOPT_CONNECT_TO, list: ["\(name):\(port):\(host):\(port)"])
      if request.headers["Host"] == nil { extra.append("Host: \(parts.authority)") }
    } else {
      try set(CURLOPT_URL, request.url)
    }
    // No `100 Continue` dance, and no form type for bodies whose type nobody named.
    extra.append("Expect:")
    if request.headers["Content-Type"] == nil { extra.append("Content-Type:") }
    let lines = request.headers.pairs.map { $0.1.isEmpty ? "\($0.0);" : "\($0.0): \($0.1)" }
    try set(CURLOPT_HTTPHEADER, list: lines + extra)
    if transfer.buffer == nil {
      try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
      try set(CURLOPT_PIPEWAIT, 1)
    } else {
      // A paused stream of a shared HTTP/2 connection would hold up everything else on it. A fresh one because a stream
      // that starts on a connection that has silently died would find out only by its timeout.
      try set(CURLOPT_FRESH_CONNECT, 1)
      try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    }
  }

  private func setMethod(_ request: HTTPRequest) throws(CurlFailure) {
    switch (request.method, request.body.isEmpty) {
    case ("GET", true): try set(CURLOPT_HTTPGET, 1)
    case ("HEAD", true): try set(CURLOPT_NOBODY, 1)
    case ("POST", _): try setBody(request.body)
    case ("PUT", true), ("PATCH", true), (_, false):
      try setBody(request.body)
      try set(CURLOPT_CUSTOMREQUEST, request.method)
    case (_, true): try set(CURLOPT_CUSTOMREQUEST, request.method)
    }
  }

  private func setTLS(_ tls: TLSOptions, insecure: Bool) throws(CurlFailure) {
    if let bytes = tls.caPEM { try set(CURLOPT_CAINFO_BLOB, copying: bytes) }
    if let bytes = tls.clientCertificatePEM { try set(CURLOPT_SSLCERT_BLOB, copying: bytes) }
    if let bytes = tls.clientKeyPEM { try set(CURLOPT_SSLKEY_BLOB, copying: bytes) }
    if insecure {
      try set(CURLOPT_SSL_VERIFYPEER, 0)
      try set(CURLOPT_SSL_VERIFYHOST, 0)
    }
  }

  private func setProxy(_ proxy: String?) throws(CurlFailure) {
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    guard let proxy else { return }
    try set(CURLOPT_PROXY, proxy)
    try set(CURLOPT_NOPROXY, "")
  }

  private func setTimes(_ transfer: Transfer, now: ContinuousClock.Instant) throws(CurlFailure) {
    let request = transfer.request
    try set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
    if let deadline = transfer.deadline {
      try set(CURLOPT_TIMEOUT_MS, (deadline - now).wholeMilliseconds)
    }
    if transfer.buffer != nil, let idle = request.idleTimeout {
      try set(CURLOPT_LOW_SPEED_LIMIT, 1)
      try set(CURLOPT_LOW_SPEED_TIME, (idle.wholeMilliseconds + 999) / 1000)
    }
  }

  private func setCallbacks(_ transfer: Transfer) throws(CurlFailure) {
    try set(CURLOPT_HEADERDATA, borrowing: transfer)
    try set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      let (line, transfer) = unpack(bytes, size * count, context)
      return transfer.receiveHeader(line) ? line.count : 0
    }
    try set(CURLOPT_WRITEDATA, borrowing: transfer)
    try set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      let (piece, transfer) = unpack(bytes, size * count, context)
      guard let accepted = transfer.receiveBody(piece) else { return Int(CURL_WRITEFUNC_PAUSE) }
      return accepted ? piece.count : 0
    }
  }
}

/// The arguments of a callback as what they are: libcurl calls only while the transfer is active, so it is alive, and
/// the bytes live until the callback returns.
private func unpack(
  _ bytes: UnsafeMutablePointer<CChar>?,
  _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> (UnsafeRawBufferPointer, Transfer) {
  guard let context else { preconditionFailure("libcurl lost the transfer of a callback") }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  return (UnsafeRawBufferPointer(start: bytes, count: count), transfer)
}

extension Duration {
  /// Whole milliseconds, at least 1 (libcurl takes 0 for "no limit") and small enough for a C `int`.
  fileprivate var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    guard seconds < 2_000_000 else { return 2_000_000_000 }
    return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
  }
}
