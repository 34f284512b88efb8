internal import JSON
internal import POSIX

/// Changes a config file that others read and change at the same time.
///
/// Of any number of logins and logouts through it none is lost, and whoever reads the file finds it whole: a lock in the
/// file's directory is held from reading to replacing, and a process that is killed leaves the file as it was or as it
/// was to be. (docker, podman and helm know no lock; what one of them writes at the same instant wins or is lost.)
public struct ConfigEditor: Sendable {
    /// The config's path; where it is a link, what it leads to is changed.
    public let path: String
    /// Other files that get the same changes, where they are files: a job's `containers/auth.json` is a link to its
    /// config until podman puts a file in its place.
    public let copies: [String]

    /// An editor of the config at `path`, which need not exist.
    public init(path: String, copies: [String] = []) {
        self.path = path
        self.copies = copies
    }

    // MARK: by hand

    /// Puts a credential in, and takes away whatever else the config has for the registry: other spellings of its name,
    /// parts of its host, the program in `credHelpers`.
    ///
    /// - Throws: `DockerConfigError`: `badData` for a corrupt file, which is left untouched, and for a user name that no
    ///   config can hold; `badConfiguration` where the config names a `credsStore`, as docker would ask that store and
    ///   not find the login, and where the file cannot be changed.
    public func login(_ registry: RegistryKey, _ credential: Credential) throws(DockerConfigError) {
        let entry = try portable(credential, for: registry)
        try edit { (file, role) throws(DockerConfigError) in
            switch role {
            case .config:
                try requireNoStore(file)
                file.logIn(registry, entry)
            case .copy: file.logIn(registry, entry)
            case .store: file.eraseEntries(registry)
            }
        }
    }

    /// Takes away what the config has for the registry, the program in `credHelpers` included.
    ///
    /// - Returns: Whether there was anything.
    /// - Throws: `DockerConfigError`, as ``login(_:_:)``.
    @discardableResult
    public func logout(_ registry: RegistryKey) throws(DockerConfigError) -> Bool {
        try edit { (file, role) throws(DockerConfigError) in
            if role == .config { try requireNoStore(file) }
            _ = file.logOut(registry)
        }
    }

    /// In docker a `credHelpers` entry that is empty turns the store off for a registry, but podman takes it for a
    /// program's name, so there is no form that makes a login in `auths` count beside a store.
    private func requireNoStore(_ file: DockerConfigFile) throws(DockerConfigError) {
        guard let store = file.credsStore, store != HelperCredentials.helperName else { return }
        throw DockerConfigError(
            .badConfiguration, "\(path): docker asks docker-credential-\(store) (credsStore) and would not look here",
            hint: "use docker login and docker logout, or name a config without credsStore")
    }

    // MARK: as docker's helper

    /// Keeps a credential that a client gives to berth as its helper, so that ``credentials()`` has it.
    func store(_ registry: RegistryKey, _ credential: Credential) throws(DockerConfigError) {
        let entry = try portable(credential, for: registry)
        var isHelper = false
        try edit { (file, role) throws(DockerConfigError) in
            if role == .config { isHelper = HelperCredentials.isHelper(for: registry, in: file) }
            switch role {
            case .store where isHelper: file.logIn(registry, entry)
            case .config where !isHelper:
                try requireNoStore(file)
                file.logIn(registry, entry)
            case .copy where !isHelper: file.logIn(registry, entry)
            default: break
            }
        }
    }

    /// Forgets the registry's credential, but not which program has it.
    func erase(_ registry: RegistryKey) throws(DockerConfigError) {
        try edit { (file, _) throws(DockerConfigError) in file.eraseEntries(registry) }
    }

    /// What the helper can give now.
    func credentials() throws(DockerConfigError) -> HelperCredentials {
        HelperCredentials(
            config: try DockerConfigFile.load(path), store: try DockerConfigFile.load(ConfigPlace(path).storePath))
    }

    // MARK: changing files

    private enum Role {
        /// The config.
        case config
        /// A file that has what the config has.
        case copy
        /// The helper's own file.
        case store
    }

    private func portable(_ credential: Credential, for registry: RegistryKey) throws(DockerConfigError) -> JSONValue {
        do {
            return try credential.portableEntry()
        } catch {
            throw DockerConfigError(.badData, "the login to \(registry) cannot be written: \(error)")
        }
    }

    /// Has `change` change the files, the config first, and replaces those that it changed.
    ///
    /// All are read and changed before the first is replaced: a corrupt one leaves all of them untouched.
    ///
    /// - Returns: Whether anything was changed.
    @discardableResult
    private func edit(
        _ change: (inout DockerConfigFile, Role) throws(DockerConfigError) -> Void
    ) throws(DockerConfigError) -> Bool {
        let place = try ConfigPlace(path)
        let lock = try place.lock()
        defer { withExtendedLifetime(lock) {} }

        var targets: [(path: String, role: Role)] = [(place.path, .config)]
        targets += copies.filter(ConfigPlace.isFile).map { ($0, .copy) }
        targets.append((place.storePath, .store))
        var changed: [DockerConfigFile] = []
        for target in targets {
            let before = try DockerConfigFile.load(target.path)
            var after = before
            try change(&after, target.role)
            if after != before { changed.append(after) }
        }
        for file in changed { try ConfigPlace(unresolved: file.name).replace(file) }
        return !changed.isEmpty
    }
}
