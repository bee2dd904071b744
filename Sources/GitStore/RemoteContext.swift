import CGit2

/// What the callbacks of one connection know and note; passed through libgit2 as the payload.
final class RemoteContext {
  let remote: GitRemote
  let url: GitURL
  let operation: Operation
  /// What a callback found out, which is better than what libgit2 says after the callback failed.
  private(set) var failure: GitError?
  /// Refusals of single references, as the server reported them at the end of a push.
  private(set) var refusals: [String] = []
  private var attempts = 0
  private var said: [UInt8] = []

  init(remote: GitRemote, url: GitURL, operation: Operation) {
    self.remote = remote
    self.url = url
    self.operation = operation
  }

  /// The last lines that the server wrote for people, on one line.
  var serverText: String {
    String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { GitURL.printable(String($0)) }.filter { !$0.allSatisfy { $0 == " " } }.suffix(3).joined(
        separator: "; "
      )
  }

  /// What a failed call means: the end of the operation, what a callback noted, or the library's words.
  func error(_ code: Int32, _ doing: String) -> GitError {
    let last = GitError.last(code, doing, at: .remote)
    switch operation.stopReason {
    case .timedOut: return .timedOut("\(doing): no end before the deadline")
    case .cancelled: return .cancelled("\(doing): cancelled")
    case nil: return failure ?? last
    }
  }

  /// The callbacks, which borrow this object: it must outlive every call that they are given to.
  func callbacks() -> git_remote_callbacks {
    var callbacks = git_remote_callbacks()
    git_remote_init_callbacks(&callbacks, UInt32(GIT_REMOTE_CALLBACKS_VERSION))
    callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
    callbacks.credentials = { output, _, user, allowed, payload in
      RemoteContext.from(payload)?.credential(output, user.map { String(cString: $0) }, allowed) ?? -1
    }
    callbacks.certificate_check = { certificate, isValid, _, payload in
      RemoteContext.from(payload)?.judge(certificate, isValid: isValid != 0) ?? -1
    }
    callbacks.transfer_progress = { _, payload in RemoteContext.from(payload)?.proceed ?? -1 }
    callbacks.pack_progress = { _, _, _, payload in RemoteContext.from(payload)?.proceed ?? -1 }
    callbacks.push_transfer_progress = { _, _, _, payload in RemoteContext.from(payload)?.proceed ?? -1 }
    callbacks.sideband_progress = { text, count, payload in
      RemoteContext.from(payload)?.hear(text, Int(count)) ?? -1
    }
    callbacks.push_update_reference = { reference, status, payload in
      RemoteContext.from(payload)?.note(reference, status) ?? -1
    }
    return callbacks
  }

  private static func from(_ payload: UnsafeMutableRawPointer?) -> RemoteContext? {
    payload.map { Unmanaged<RemoteContext>.fromOpaque($0).takeUnretainedValue() }
  }

  private var proceed: Int32 { operation.stopReason == nil ? 0 : GIT_EUSER.rawValue }

  private func hear(_ text: UnsafePointer<CChar>?, _ count: Int) -> Int32 {
    if let text, count > 0 {
      said += UnsafeBufferPointer(start: text, count: count).map { UInt8(bitPattern: $0) }
      said = said.suffix(2000)
    }
    return proceed
  }

  private func note(_ reference: UnsafePointer<CChar>?, _ status: UnsafePointer<CChar>?) -> Int32 {
    if let status { refusals.append(GitURL.printable(String(cString: status))) }
    return 0
  }

  private func fail(_ error: GitError) -> Int32 {
    failure = error
    return GIT_EUSER.rawValue
  }
}

extension RemoteContext {
  private func credential(
    _ output: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?,
    _ user: String?,
    _ allowed: UInt32
  ) -> Int32 {
    if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0 {
      guard case .sshKey(let name, _, _, _) = remote.credentials else { return refuse() }
      return git_credential_username_new(output, name)
    }
    // libgit2 asks again after a refusal, for as long as it gets an answer.
    attempts += 1
    guard attempts == 1 else { return refuse() }
    switch remote.credentials {
    case .basic(let name, let password) where allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0:
      return git_credential_userpass_plaintext_new(output, user ?? name, password)
    case .sshKey(let name, let key, let passphrase, _) where allowed & GIT_CREDENTIAL_SSH_MEMORY.rawValue != 0:
      let key = key.hasSuffix("\n") ? key : key + "\n"
      return git_credential_ssh_key_memory_new(output, user ?? name, nil, key, passphrase)
    default: return refuse()
    }
  }

  private func refuse() -> Int32 {
    let reason =
      switch remote.credentials {
      case .none: "it wants credentials and none are given"
      case .sshKey(_, let key, _, _) where key.contains("BEGIN RSA"):
        "it refuses the \(remote.credentials) (RSA keys do not work with current servers; use ed25519 or ECDSA)"
      default: attempts > 1 ? "it refuses the \(remote.credentials)" : "it takes no \(remote.credentials)"
      }
    return fail(.authenticationFailed("cannot log in to \(remote): \(reason)"))
  }

  private func judge(_ certificate: UnsafeMutablePointer<git_cert>?, isValid: Bool) -> Int32 {
    guard !remote.insecure else { return 0 }
    guard certificate?.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else {
      return isValid ? 0 : fail(.untrustedHost("the TLS certificate of \(remote) is not one that we trust"))
    }
    guard case .sshKey(_, _, _, let text) = remote.credentials else {
      return fail(.authenticationFailed("cannot log in to \(remote): ssh needs a key and known hosts"))
    }
    // A certificate of this type is the first member of a git_cert_hostkey, valid during this call.
    let shown = UnsafeMutableRawPointer(certificate)?.assumingMemoryBound(to: git_cert_hostkey.self).pointee
    guard let shown, let bytes = shown.hostkey, shown.hostkey_len > 0 else {
      return fail(.untrustedHost("\(url.host) shows no host key"))
    }
    let key = UnsafeBufferPointer(start: bytes, count: shown.hostkey_len).map { UInt8(bitPattern: $0) }
    let type = KnownHosts.type(ofKey: key)
    switch KnownHosts(text).judge(host: url.host, port: url.port, key: key) {
    case .trusted: return 0
    case .unknown:
      return fail(.untrustedHost("\(url.host) is not in the known hosts (it shows a key of type \(type))"))
    case .changed:
      return fail(
        .untrustedHost("the host key of \(url.host) has changed: its \(type) key is not the known one")
      )
    case .revoked: return fail(.untrustedHost("the host key of \(url.host) is revoked by the known hosts"))
    case .otherTypes(let types):
      let known = Set(types).sorted().joined(separator: ", ")
      return fail(
        .untrustedHost(
          "\(url.host) shows a key of type \(type), but the known hosts have only \(known): add that key too"
        )
      )
    }
  }
}
