import CGit2
import Glibc

/// The process-wide state of libgit2: initialised once, never shut down.
enum Library {
  /// Nil when libgit2 started, else why not. Touching it starts the library.
  static let failure: String? = start()

  private static func start() -> String? {
    guard git_libgit2_init() >= 0 else { return "libgit2 does not start" }
    // The user's and the machine's Git configuration (address rewrites, proxies, helpers) must not change what a
    // controller does.
    for level in [
      GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA,
    ] {
      serin_git_set_search_path(level.rawValue, "")
    }
    // In containers a volume's owner is often not the process's user. Nothing that a repository's configuration names
    // is ever run by libgit2.
    serin_git_set_owner_validation(0)
    serin_git_set_user_agent("serin")
    provideHome()
    SocketStream.register()
    return nil
  }

  /// libgit2 1.5.1 reads `$HOME/.ssh/known_hosts` for every ssh connection, to order the host key types that it asks
  /// for, and gives up without the variable. Whom we trust is decided by ``KnownHosts`` alone.
  private static func provideHome() {
    guard getenv("HOME") == nil else { return }
    let home = getpwuid(getuid()).flatMap { $0.pointee.pw_dir.map { String(cString: $0) } } ?? "/"
    setenv("HOME", home, 0)
  }
}
