internal import Registry

/// Another name under which a registry's images are used: that of a mirror or a proxy.
public struct HostAlias: Hashable, Sendable {
    /// The mirror: a host, and the beginning of the names there.
    let mirror: [String]
    /// What it stands for.
    let original: [String]

    /// Reads `MIRROR=REGISTRY`, each a host with or without the beginning of names behind: `mirror.local:5000/hub=docker.io`.
    ///
    /// - Throws: `CleanupError` of the kind `usage`.
    public init(_ text: String) throws(CleanupError) {
        let error = CleanupError(
            .usage, "\(Shown.name(text)) is no alias of a registry",
            hint: "such as mirror.local:5000=registry.example.com")
        let sides = text.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, let mirror = Self.parts(sides[0]), let original = Self.parts(sides[1]),
            mirror != original
        else { throw error }
        self.mirror = mirror
        self.original = original
    }

    private static func parts(_ side: Substring) -> [String]? {
        var parts = side.split(separator: "/", omittingEmptySubsequences: false).map { $0.lowercased() }
        if parts.count > 1, parts.last == "" { parts.removeLast() }
        guard let host = try? RegistryHost(parts[0]) else { return nil }
        let name = parts.dropFirst().joined(separator: "/")
        if parts.count > 1, (try? RepositoryName(name)) == nil { return nil }
        parts[0] = host.description
        return parts
    }

    /// The other names, in parts, of what is called `name`.
    ///
    /// The alias may have been written the wrong way round: then the registry is the mirror's other name.
    func others(of name: [String]) -> [[String]] {
        [(original, mirror), (mirror, original)].compactMap { from, to in
            name.starts(with: from) ? to + name.dropFirst(from.count) : nil
        }
    }
}

/// All spellings of a repository's name.
struct RepositorySpellings {
    /// The names, each in parts: mostly the host, and the parts of the name there.
    private(set) var names: [[String]] = []

    init(_ repository: Repository, aliases: [HostAlias]) {
        let plain = [repository.host.description] + repository.name.text.split(separator: "/").map(String.init)
        var whole = [plain]
        for alias in aliases { whole += alias.others(of: plain) }
        for name in whole {
            add(name)
            // Docker Hub's official images go without "library", through a mirror too.
            if repository.host == .dockerHub, plain[1] == "library", plain.count == 3, name.suffix(2) == plain[1...] {
                add(Array(name.dropLast(2)) + [plain[2]])
            }
        }
    }

    private mutating func add(_ name: [String]) {
        let host = name[0], rest = name[1...]
        names.append(name)
        if host == RegistryHost.dockerHub.description {
            names += [["index.docker.io"] + rest, ["registry-1.docker.io"] + rest, Array(rest)]
        }
        guard let parsed = try? RegistryHost(host) else { return }
        if parsed.port == 443 { names.append([parsed.name] + rest) }
        if parsed.port == nil { names.append(["\(host):443"] + rest) }
        // Brackets end words in most files.
        if host.utf8.first == UInt8(ascii: "["), let port = parsed.port { names.append([":\(port)"] + rest) }
    }
}
