#ifndef SERIN_CGIT2_SHIM_H
#define SERIN_CGIT2_SHIM_H

#include <git2.h>
#include <git2/sys/stream.h>

// git_libgit2_opts is variadic, which Swift cannot call; one function per option.

static inline int serin_git_set_certificates(const char *file, const char *path) {
  return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, path);
}

static inline int serin_git_set_search_path(int level, const char *path) {
  return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

static inline int serin_git_set_owner_validation(int enabled) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

static inline int serin_git_set_user_agent(const char *agent) {
  return git_libgit2_opts(GIT_OPT_SET_USER_AGENT, agent);
}

static inline int serin_git_set_fsync(int enabled) {
  return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, enabled);
}

// A socket stream of our own. The first three members after the parent are laid out as libgit2 1.5 lays out its
// git_socket_stream, because the ssh transport takes the descriptor out of the stream instead of calling it.
typedef struct {
  git_stream parent;
  char *host;
  char *port;
  int descriptor;
} serin_socket_stream;

#endif
