import CCurl

/// One easy handle of libcurl with what must outlive a transfer: the header list and the error text.
///
/// Confined to the loop thread. Reused through `reset`; libcurl keeps connections and sessions in the multi handle.
final class CurlEasy {
  let raw: UnsafeMutableRawPointer
  // CURL_ERROR_SIZE bytes that libcurl writes to while the handle lives; freed after it.
  private let errorText: UnsafeMutablePointer<CChar>
  private var lists: [UnsafeMutablePointer<curl_slist>] = []

  /// Nil when memory is out.
  init?() {
    guard let raw = curl_easy_init() else { return nil }
    self.raw = raw
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(raw)
    freeLists()
    errorText.deallocate()
  }

  /// What libcurl said about the failure, in its own words.
  func message(for code: CURLcode) -> String {
    let text = String(cString: errorText)
    return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
  }

  /// Forgets the last transfer; the handle must not be in a multi handle.
  func reset() {
    curl_easy_reset(raw)
    freeLists()
    errorText[0] = 0
  }

  private func freeLists() {
    for list in lists { curl_slist_free_all(list) }
    lists = []
  }

  func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
    try check(serin_curl_set_long(raw, option, value))
  }

  func set(_ option: CURLoption, _ value: String) throws(CurlFailure) {
    try check(serin_curl_set_string(raw, option, value))
  }

  func set(_ option: CURLoption, copying bytes: [UInt8]) throws(CurlFailure) {
    try check(bytes.withUnsafeBytes { serin_curl_set_bytes(raw, option, $0.baseAddress, $0.count) })
  }

  func set(_ option: CURLoption, _ callback: @escaping curl_write_callback) throws(CurlFailure) {
    try check(serin_curl_set_callback(raw, option, callback))
  }

  /// The object must outlive the transfer: the loop holds it until the handle has left the multi handle.
  func set(_ option: CURLoption, borrowing object: AnyObject) throws(CurlFailure) {
    try check(serin_curl_set_pointer(raw, option, Unmanaged.passUnretained(object).toOpaque()))
  }

  /// Copies the body; for an empty one it sends `Content-Length: 0`.
  func setBody(_ body: [UInt8]) throws(CurlFailure) {
    // A pointer to something even for an empty body: a null pointer would mean "read it from a callback".
    let bytes = body.isEmpty ? [0] : body
    try check(bytes.withUnsafeBytes { serin_curl_set_body(raw, $0.baseAddress, body.count) })
  }

  /// Keeps the list until the next reset, as libcurl does not copy it.
  func set(_ option: CURLoption, list lines: [String]) throws(CurlFailure) {
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      guard let longer = curl_slist_append(list, line) else {
        curl_slist_free_all(list)
        throw CurlFailure(code: CURLE_OUT_OF_MEMORY)
      }
      list = longer
    }
    guard let list else { return }
    lists.append(list)
    try check(serin_curl_set_list(raw, option, list))
  }

  /// Lets libcurl write the reason of a failure where `message(for:)` reads it.
  func attachErrorText() throws(CurlFailure) {
    try check(serin_curl_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText))
  }

  /// Keeps the connections from child processes.
  func closeSocketsOnExec() throws(CurlFailure) { try check(serin_curl_set_close_on_exec(raw)) }

  private func check(_ code: CURLcode) throws(CurlFailure) {
    guard code == CURLE_OK else { throw CurlFailure(code: code) }
  }
}

/// A code of libcurl other than success.
struct CurlFailure: Error {
  let code: CURLcode
}
