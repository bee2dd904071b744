import ArgumentParser
import KubeClient
import KubeModel
import Primitives

extension CompletionKind {
  /// The names of the objects of a kind, in the cluster and namespace that the command line names so far.
  static func objects(_ type: ResourceType) -> CompletionKind {
    .custom { @Sendable (words: [String], _: Int, prefix: String) async -> [String] in
      await NameCompletion.names(of: type, words: words, prefix: prefix)
    }
  }
}

/// Asks the cluster for names while somebody types: within a second, and without a word when that fails.
enum NameCompletion {
  static func names(of type: ResourceType, words: [String], prefix: String) async -> [String] {
    await withTaskGroup(of: [String]?.self) { group in
      group.addTask { await list(type, options(of: words), prefix) }
      group.addTask {
        do { try await Task.sleep(for: .seconds(1)) } catch { return nil }
        return nil
      }
      let names = await group.next() ?? nil
      group.cancelAll()
      return names ?? []
    }
  }

  /// Nobody is there to read why it failed: the shell shows nothing.
  private static func list(_ type: ResourceType, _ options: ClusterOptions, _ prefix: String) async
    -> [String]?
  {
    do {
      return try await ObjectEditor.with(options) { editor in
        let namespace = type.isNamespaced ? editor.namespace : nil
        let objects = try await editor.client.list(type, namespace: namespace).items
        return objects.map(\.name).filter { $0.hasPrefix(prefix) }.sorted()
      }
    } catch { return nil }
  }

  /// The cluster and namespace of a command line that is not finished, and may not even be valid.
  static func options(of words: [String]) -> ClusterOptions {
    var options = ClusterOptions()
    (options.kubeconfig, options.context, options.namespace) = (
      value(of: ["--kubeconfig"], in: words), value(of: ["--context"], in: words),
      value(of: ["-n", "--namespace"], in: words)
    )
    return options
  }

  private static func value(of flags: [String], in words: [String]) -> String? {
    for (index, word) in words.enumerated() {
      if flags.contains(word), index + 1 < words.count { return words[index + 1] }
      if let flag = flags.first(where: { word.hasPrefix($0 + "=") }) {
        return String(word.dropFirst(flag.count + 1))
      }
    }
    return nil
  }
}
