package import Primitives

/// What an entry of a tree is.
package enum GitFileKind: Sendable, Equatable {
  case file
  case executable
  /// A symbolic link; its bytes are the target's path. It is never followed.
  case symlink
  /// Another repository pinned at a commit; it is never entered and has no bytes.
  case submodule
}

/// One entry of a tree, with its path from the root of the repository.
package struct GitFile: Sendable, Equatable {
  package let path: String
  package let kind: GitFileKind
  /// Size of the content in bytes; 0 for a submodule.
  package let size: Int
  /// The content; nil for a submodule and for a file over the limit that the caller set.
  package let bytes: [UInt8]?

  /// Whether the entry is a symbolic link.
  package var isSymlink: Bool { kind == .symlink }

  /// Whether the content was left out because of the caller's limit.
  package var isTooLarge: Bool { bytes == nil && kind != .submodule }

  package init(path: String, kind: GitFileKind, size: Int, bytes: [UInt8]?) {
    self.path = path
    self.kind = kind
    self.size = size
    self.bytes = bytes
  }
}

/// Who wrote or recorded a commit, and when.
package struct GitSignature: Sendable, Equatable {
  package let name: String
  package let email: String
  /// Kept to the second, in UTC.
  package let when: Instant

  package init(name: String, email: String, when: Instant) {
    self.name = name
    self.email = email
    self.when = when
  }
}

/// One commit as history shows it.
package struct GitLogEntry: Sendable, Equatable {
  package let id: GitCommitID
  package let parents: [GitCommitID]
  package let author: GitSignature
  package let committer: GitSignature
  /// The whole message, trailers included.
  package let message: String

  /// When the author made it.
  package var date: Instant { author.when }

  /// The first line of the message.
  package var subject: String {
    message.split(separator: "\n", omittingEmptySubsequences: true).first.map(String.init) ?? ""
  }

  /// The trailers at the end of the message.
  package var trailers: GitTrailers { GitTrailers(parsing: message) }
}

/// A change of one file in a commit to be built.
package struct GitEdit: Sendable, Equatable {
  /// From the root of the repository, with `/` between parts.
  package let path: String
  /// The whole new content; nil deletes the file.
  package let bytes: [UInt8]?

  package init(path: String, bytes: [UInt8]?) {
    self.path = path
    self.bytes = bytes
  }
}
