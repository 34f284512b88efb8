/// Looks for a registry's credential where docker's and podman's clients do.
public struct CredentialSearch: Sendable {
    /// What was found.
    public struct Finding: Sendable {
        /// The credential; `nil` where there is none.
        public var credential: Credential?
        /// What has it: a file's path or a program's name.
        public var source: String?
        /// What could not be read on the way, one line each.
        public var warnings: [String] = []
    }

    private let files: [DockerConfigFile]
    private let makeStore: @Sendable (String) -> ProgramCredentialStore?

    /// A search in `files`, of which the first that has the registry counts.
    public init(_ files: [DockerConfigFile]) {
        self.init(files) { ProgramCredentialStore(name: $0) }
    }

    package init(
        _ files: [DockerConfigFile], makeStore: @escaping @Sendable (String) -> ProgramCredentialStore?
    ) {
        self.files = files
        self.makeStore = makeStore
    }

    /// The credential for `key`.
    ///
    /// In each file a program counts before an entry: the host's own (`credHelpers`), then that for all
    /// (`credsStore`), then the entry for the smallest part of the host that `key` lies in. Programs are run and waited
    /// for.
    public func credential(for key: RegistryKey) -> Finding {
        var finding = Finding()
        for file in files {
            for program in programs(in: file, for: key) {
                guard let store = makeStore(program) else {
                    finding.warnings.append("\(file.name): \"\(program.prefix(50))\" is no name of a program")
                    continue
                }
                let found = store.credentials(of: [key.hostKey.configKey])
                finding.warnings += found.warnings
                guard let stored = found.credentials.first else { continue }
                finding.credential = stored.credential
                finding.source = "\(store.program), by \(file.name)"
                return finding
            }
            guard let credential = file.credential(for: key) else { continue }
            finding.credential = credential
            finding.source = file.name
            return finding
        }
        return finding
    }

    private func programs(in file: DockerConfigFile, for key: RegistryKey) -> [String] {
        let own = file.credHelpers.last { RegistryKey($0.server)?.host == key.host }?.program
        // By an empty name docker means that no program has this host's.
        if own == "" { return [] }
        return [own, file.credsStore].compactMap(\.self)
    }
}
