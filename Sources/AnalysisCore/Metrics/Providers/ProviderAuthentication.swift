package import Primitives

/// How a provider's request says who asks; secrets are left out of descriptions.
package enum ProviderAuthentication: Sendable, Hashable, CustomStringConvertible {
  case none
  case basic(username: String, password: String)
  case bearer(token: String)
  /// A token that is fetched from another server with an id and a secret, and is good for a while.
  case oauth2(OAuth2Client)
  /// A signature of the request with keys of AWS.
  case sigv4(AWSIdentity)
  /// A way that is not spoken here, with its name in the manifest.
  case unsupported(String)

  /// Reads `authentication`; the field names are those of Argo Rollouts, and `bearer.token` beside them.
  ///
  /// Blocks whose fields are all empty count as absent, as tools write them out. Of several, the first of `sigv4`,
  /// `oauth2`, `basicAuth`, `bearer` counts, since a request has one `Authorization`.
  package init(_ json: JSONValue?) {
    let given = (json?.object ?? [:]).filter { block in
      !(block.value.object ?? [:]).values.allSatisfy { $0.isNull || $0 == "" || $0.array?.isEmpty == true }
    }
    let known = ["sigv4", "oauth2", "basicAuth", "bearer"]
    if let other = given.keys.sorted().first(where: { !known.contains($0) }) {
      self = .unsupported(other)
    } else if let block = given["sigv4"] {
      self = .sigv4(AWSIdentity(block))
    } else if let block = given["oauth2"] {
      self = .oauth2(OAuth2Client(block))
    } else if let basic = given["basicAuth"] {
      self = .basic(username: scalarText(basic["username"]), password: scalarText(basic["password"]))
    } else if let bearer = given["bearer"] {
      self = .bearer(token: scalarText(bearer["token"]))
    } else {
      self = .none
    }
  }

  package var description: String {
    switch self {
    case .none: "none"
    case .basic(let username, _): "basic \(username):*****"
    case .bearer: "bearer *****"
    case .oauth2(let client): "oauth2 \(client)"
    case .sigv4(let identity): "sigv4 \(identity.region)"
    case .unsupported(let name): name
    }
  }

  /// What must not be seen by anybody who reads a status or a log.
  package var confidential: [String] {
    switch self {
    case .none, .sigv4, .unsupported: []
    case .basic(_, let password): [password]
    case .bearer(let token): [token]
    case .oauth2(let client): [client.clientSecret]
    }
  }

  /// What is wrong with it: a field below `authentication`, and why.
  func issues() -> [ProviderIssue] {
    switch self {
    case .none, .basic, .bearer, .sigv4: []
    case .unsupported(let name): [ProviderIssue("authentication", "authentication \(name) is not supported")]
    case .oauth2(let client):
      [
        ("tokenUrl", client.tokenURL), ("clientId", client.clientID), ("clientSecret", client.clientSecret),
      ].filter { $0.1.isEmpty }.map {
        ProviderIssue("authentication.oauth2.\($0.0)", "oauth2 needs a \($0.0)")
      }
    }
  }
}

/// Credentials of a client at an OAuth 2 server, RFC 6749 section 4.4.
package struct OAuth2Client: Sendable, Hashable, CustomStringConvertible {
  package let tokenURL: String
  package let clientID: String
  package let clientSecret: String
  package let scopes: [String]

  package init(tokenURL: String, clientID: String, clientSecret: String, scopes: [String] = []) {
    self.tokenURL = tokenURL
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scopes = scopes
  }

  init(_ json: JSONValue) {
    self.init(
      tokenURL: scalarText(json["tokenUrl"]),
      clientID: scalarText(json["clientId"]),
      clientSecret: scalarText(json["clientSecret"]),
      scopes: (json["scopes"]?.array ?? []).map(scalarText)
    )
  }

  package var description: String { "\(clientID):***** at \(tokenURL)" }
}

/// As whom and where requests to AWS are signed; what is empty comes from the controller's environment.
package struct AWSIdentity: Sendable, Hashable {
  package let region: String
  /// A section of the shared credentials file.
  package let profile: String
  /// A role to assume with the credentials that were found.
  package let roleARN: String

  package init(region: String = "", profile: String = "", roleARN: String = "") {
    self.region = region
    self.profile = profile
    self.roleARN = roleARN
  }

  init(_ json: JSONValue) {
    self.init(
      region: scalarText(json["region"]),
      profile: scalarText(json["profile"]),
      roleARN: scalarText(json["roleArn"])
    )
  }
}
