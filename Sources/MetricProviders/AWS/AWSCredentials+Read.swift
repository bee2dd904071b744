import Primitives

/// Credentials with the moment at which they end.
struct FetchedCredentials: Sendable, Hashable {
  let credentials: AWSCredentials
  /// Nil when they last.
  let end: Instant?
}

extension AWSCredentials {
  /// The credentials in an answer of the token service, which is XML, or in one of a metadata endpoint, which is JSON.
  static func read(_ body: [UInt8]) throws(ProviderFailure) -> FetchedCredentials {
    let text = String(decoding: body, as: UTF8.self)
    var fields: [String: String] = [:]
    do throws(JSONError) {
      let json = try JSONValue(parsing: body)
      fields = json.object?.compactMapValues(\.string) ?? [:]
    } catch {
      for name in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] {
        fields[name] = element(name, of: text)
      }
    }
    guard let id = fields["AccessKeyId"], let key = fields["SecretAccessKey"], !id.isEmpty, !key.isEmpty
    else {
      throw ProviderFailure("the answer has no credentials")
    }
    let token = fields["SessionToken"] ?? fields["Token"] ?? ""
    return FetchedCredentials(
      credentials: AWSCredentials(accessKeyID: id, secretAccessKey: key, sessionToken: token),
      end: fields["Expiration"].flatMap(Instant.init)
    )
  }

  /// The text of the first element of a name; enough for answers whose elements have texts and no attributes.
  static func element(_ name: String, of xml: String) -> String? {
    guard let open = xml.firstRange(of: "<\(name)>"),
      let close = xml[open.upperBound...].firstRange(of: "</\(name)>")
    else { return nil }
    return [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
      .reduce(String(xml[open.upperBound..<close.lowerBound])) { $0.replacing($1.0, with: $1.1) }
  }

  /// The keys of a section of the shared credentials file; nil when it has none.
  static func section(_ profile: String, of file: [UInt8]) -> AWSCredentials? {
    var current = ""
    var fields: [String: String] = [:]
    for line in String(decoding: file, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let line = ProviderRequest.trimmed(String(line))
      if line.hasPrefix("["), line.hasSuffix("]") {
        current = ProviderRequest.trimmed(String(line.dropFirst().dropLast()))
      } else if current == profile, !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") {
        let name = ProviderRequest.trimmed(String(line[..<equals])).lowercased()
        fields[name] = ProviderRequest.trimmed(String(line[line.index(after: equals)...]))
      }
    }
    guard let id = fields["aws_access_key_id"], let key = fields["aws_secret_access_key"] else { return nil }
    return AWSCredentials(
      accessKeyID: id,
      secretAccessKey: key,
      sessionToken: fields["aws_session_token"] ?? ""
    )
  }
}
