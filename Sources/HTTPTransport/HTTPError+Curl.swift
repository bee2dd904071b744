import CCurl

extension HTTPError {
  /// A code of libcurl as an error of ours, with libcurl's own words.
  init(curl code: CURLcode, message: String, request: String) {
    self.init(Self.kind(of: code, message), request: request, message: Self.lowercasedStart(message))
  }

  /// Every code that is not named is a fault of the conversation.
  private static func kind(of code: CURLcode, _ message: String) -> Kind {
    switch code {
    case CURLE_URL_MALFORMAT: .badRequest
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .cannotResolve
    case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED: .cannotConnect
    case CURLE_OPERATION_TIMEDOUT: .timedOut
    case CURLE_TOO_MANY_REDIRECTS: .tooManyRedirects
    case CURLE_FILESIZE_EXCEEDED: .tooLarge
    case CURLE_SSL_CONNECT_ERROR: isReset(message) ? .connectionLost : .tls
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_SSL_ENGINE_INITFAILED,
      CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
      CURLE_USE_SSL_FAILED:
      .tls
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR: kind(ofBrokenConversation: message)
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SSL_SHUTDOWN_FAILED: .connectionLost
    default: .protocolError
    }
  }

  /// libcurl has one code for a dead connection, a certificate refused after the handshake and malformed chunks.
  private static func kind(ofBrokenConversation message: String) -> Kind {
    if message.contains("alert") { return .tls }
    return message.contains("hexadecimal") || message.contains("chunk") ? .protocolError : .connectionLost
  }

  /// A handshake cut off is a broken connection (a server that restarts), not a matter of certificates.
  private static func isReset(_ message: String) -> Bool {
    message.contains("SSL_ERROR_SYSCALL") || message.contains("unexpected eof")
      || message.contains("reset by peer")
  }

  private static func lowercasedStart(_ text: String) -> String {
    // Words in capitals (HTTP, SSL) stay.
    guard text.dropFirst().first?.isLowercase == true else { return text }
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
