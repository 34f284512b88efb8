internal import JSON

/// The credentials that berth has as docker's helper: those of the config, and those that clients gave it to keep.
struct HelperCredentials {
    /// The name by which a config names this program as helper.
    static let helperName = "berth"

    let config: DockerConfigFile
    /// The helper's own file, in the config's form.
    ///
    /// docker, having had a credential stored by a helper, writes back the config that it read before, with an empty
    /// entry for the registry: what a helper keeps in the config itself is lost.
    let store: DockerConfigFile

    /// Whether clients that find `config` come to this program for the registry.
    static func isHelper(for registry: RegistryKey, in config: DockerConfigFile) -> Bool {
        config.helper(for: registry) == helperName
    }

    /// The credential for the registry: of the two files that one counts which clients were last told to use.
    func credential(for registry: RegistryKey) -> Credential? {
        let kept = Self.isHelper(for: registry, in: config) ? store.credential(for: registry) : nil
        return kept ?? config.credential(for: registry)
    }

    /// The registries and users of all credentials, each registry once.
    var accounts: [(registry: RegistryKey, username: String)] {
        var seen: Set<RegistryKey> = []
        return (config.auths.keys + store.auths.keys).compactMap { name in
            guard let registry = RegistryKey(name), seen.insert(registry).inserted,
                let answer = credential(for: registry)?.helperAnswer
            else { return nil }
            return (registry, answer.username)
        }
    }
}
