internal import DockerConfig
internal import JSON

/// The credentials that stand in a config, found by their hosts: a config may have thousands.
struct EntryTable {
    private struct Entry {
        let key: RegistryKey
        let rank: EntryRank
        let credential: Credential
    }

    private var entries: [String: [Entry]] = [:]

    /// The usable entries of `file`.
    init(_ file: DockerConfigFile?) {
        for member in file?.auths.members ?? [] {
            guard let key = RegistryKey(member.key), let credential = try? Credential(entry: member.value) else {
                continue
            }
            let entry = Entry(key: key, rank: EntryRank(key, named: member.key), credential: credential)
            entries[key.host, default: []].append(entry)
        }
    }

    /// The credential of the smallest part of the host that `key` lies in, as `DockerConfigFile.credential(for:)` has it.
    func credential(for key: RegistryKey) -> Credential? {
        var best: Entry?
        for entry in entries[key.host] ?? [] where entry.key.covers(key) {
            if let best, best.rank >= entry.rank { continue }
            best = entry
        }
        return best?.credential
    }

    /// Whether one of the host's entries is `credential`.
    func has(_ credential: Credential, at host: String) -> Bool {
        entries[host]?.contains { $0.credential == credential } ?? false
    }
}
