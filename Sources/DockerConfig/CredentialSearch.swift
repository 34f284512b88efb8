/// Looks for a registry's credential where docker's and podman's clients do.
public struct CredentialSearch: Sendable {
    /// What was found.
    public struct Finding: Sendable {
        /// The credential; `nil` where there is none.
        public var credential: Credential?
        /// What has it: a file's path or a program's name.
        public var source: String?
        /// Whether berth's own helper gave it, which may give another one later.
        public var isRenewed = false
        /// What could not be read on the way, one line each.
        public var warnings: [String] = []
    }

    private let files: [DockerConfigFile]
    private let makeStore: @Sendable (String, DockerConfigFile) -> ProgramCredentialStore?

    /// A search in `files`, of which the first that has the registry counts.
    ///
    /// - Parameters:
    ///   - files: The configs.
    ///   - ownHelper: How this program is asked where a config names it as the helper: it need not be on `PATH`.
    public init(
        _ files: [DockerConfigFile],
        ownHelper: @escaping @Sendable (_ config: DockerConfigFile) -> ProgramCredentialStore? = { _ in nil }
    ) {
        self.files = files
        makeStore = { name, file in
            let own = name == HelperCredentials.helperName ? ownHelper(file) : nil
            return own ?? ProgramCredentialStore(name: name)
        }
    }

    package init(
        _ files: [DockerConfigFile], makeStore: @escaping @Sendable (String) -> ProgramCredentialStore?
    ) {
        self.files = files
        self.makeStore = { name, _ in makeStore(name) }
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
                guard let store = makeStore(program, file) else {
                    finding.warnings.append("\(file.name): \"\(program.prefix(50))\" is no name of a program")
                    continue
                }
                let found = store.credentials(of: [key.hostKey.configKey])
                finding.warnings += found.warnings
                guard let stored = found.credentials.first else { continue }
                finding.credential = stored.credential
                finding.source = "\(store.program), by \(file.name)"
                finding.isRenewed = program == HelperCredentials.helperName
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
