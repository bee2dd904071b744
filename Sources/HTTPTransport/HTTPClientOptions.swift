/// Whom to trust and who to be in TLS; all certificates and keys are PEM bytes, not files.
package struct TLSOptions: Sendable, Equatable {
  /// The authorities to trust instead of the system's; nil for the system's.
  package var caPEM: [UInt8]?
  package var clientCertificatePEM: [UInt8]?
  package var clientKeyPEM: [UInt8]?
  /// Skips every check of the server's certificate.
  package var insecure: Bool
  /// The name to ask for and to check in the certificate, when it is not the URL's host.
  package var serverName: String?

  package init(
    caPEM: [UInt8]? = nil,
    clientCertificatePEM: [UInt8]? = nil,
    clientKeyPEM: [UInt8]? = nil,
    insecure: Bool = false,
    serverName: String? = nil
  ) {
    self.caPEM = caPEM
    self.clientCertificatePEM = clientCertificatePEM
    self.clientKeyPEM = clientKeyPEM
    self.insecure = insecure
    self.serverName = serverName
  }
}

/// What all requests of one client have in common.
package struct HTTPClientOptions: Sendable, Equatable {
  package var tls: TLSOptions
  /// The proxy's URL; nil takes `http_proxy`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` from the environment, an
  /// empty text uses none.
  package var proxy: String?
  /// The most requests in flight, and so connections for them; the others wait in order. Streams do not count.
  package var maxConnections: Int
  /// The most requests in flight to one host and port.
  package var maxConnectionsPerHost: Int
  /// The most streams at once; each has a connection of its own.
  package var maxStreams: Int
  /// The longest body that ``HTTPClient/send(_:)`` accepts, in bytes.
  package var maxResponseBytes: Int
  /// How many bytes of a stream wait for their reader before the server is held back.
  package var streamBufferBytes: Int
  /// How many redirects to follow; 0 hands them to the caller.
  package var followRedirects: Int

  package init(
    tls: TLSOptions = TLSOptions(),
    proxy: String? = nil,
    maxConnections: Int = 64,
    maxConnectionsPerHost: Int = 32,
    maxStreams: Int = 256,
    maxResponseBytes: Int = 64 << 20,
    streamBufferBytes: Int = 256 << 10,
    followRedirects: Int = 0
  ) {
    self.tls = tls
    self.proxy = proxy
    self.maxConnections = maxConnections
    self.maxConnectionsPerHost = maxConnectionsPerHost
    self.maxStreams = maxStreams
    self.maxResponseBytes = maxResponseBytes
    self.streamBufferBytes = streamBufferBytes
    self.followRedirects = followRedirects
  }
}
