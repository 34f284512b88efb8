internal import JSON

/// The credentials of a job's config while it is built.
struct JobEntries {
    private struct Entry {
        let value: JSONValue
        let source: String
        /// Whether it stood under the very key that clients try first.
        let isExact: Bool
    }

    /// Entries by registry, in the order in which they came: some dozens, for which a hash table would cost more than
    /// it saves.
    private struct Table {
        private(set) var keys: [RegistryKey] = []
        private var entries: [Entry] = []

        subscript(_ key: RegistryKey) -> Entry? {
            get { keys.firstIndex(of: key).map { entries[$0] } }
            set {
                guard let newValue else { return }
                if let index = keys.firstIndex(of: key) {
                    entries[index] = newValue
                } else {
                    keys.append(key)
                    entries.append(newValue)
                }
            }
        }
    }

    private(set) var warnings: [String] = []
    private(set) var origins: [JobConfig.Origin] = []

    private let inputs: JobConfig.Inputs
    /// The hosts that are the job's own, and those of which it is to have nothing.
    private let ownHosts: [String]
    /// The hosts that the variable has credentials for.
    private var variableHosts: [String] = []

    init(_ inputs: JobConfig.Inputs) {
        self.inputs = inputs
        ownHosts =
            inputs.logins.map(\.registry.host) + inputs.helpers.map(\.registry.host)
            + inputs.barred.map(\.host)
    }

    // MARK: auths

    /// The config's `auths`.
    mutating func auths() -> JSONObject {
        var table = Table()
        for source in [variableEntries(), storedEntries(), entries(of: inputs.file)] {
            for key in source.keys where table[key] == nil { table[key] = source[key] }
        }
        for login in inputs.logins { table[login.registry] = entry(login) }
        addHostKeys(to: &table)

        var auths = JSONObject()
        for key in table.keys {
            guard let entry = table[key] else { continue }
            auths[key.configKey] = entry.value
            origins.append(.init(registry: key.description, source: entry.source))
        }
        auths[JobConfig.placeholderKey] = .object(JSONObject())
        return auths
    }

    private mutating func variableEntries() -> Table {
        guard let variable = inputs.variable else { return Table() }
        let table = entries(of: variable)
        variableHosts = table.keys.map(\.host)
        return table
    }

    private mutating func entries(of file: DockerConfigFile) -> Table {
        var table = Table()
        for member in file.auths.members {
            add(member.key, from: file.name, to: &table) { () throws(EntryError) in
                try Credential(entry: member.value)
            }
        }
        return table
    }

    private mutating func storedEntries() -> Table {
        var table = Table()
        for stored in inputs.stored {
            add(stored.server, from: stored.source, to: &table) { () throws(EntryError) in stored.credential }
        }
        return table
    }

    /// Adds the entry that stands under `name`, unless it is not the job's to see, or another that counts more is there.
    private mutating func add(
        _ name: String, from source: String, to table: inout Table,
        _ credential: () throws(EntryError) -> Credential?
    ) {
        guard let key = registry(name, source), isInherited(key) else { return }
        let isExact = name == key.configKey
        // Of several names for one registry docker tries the proper one first.
        if let other = table[key], other.isExact || !isExact { return }
        do {
            guard let value = try credential()?.portableEntry() else { return }
            table[key] = Entry(value: value, source: source, isExact: isExact)
        } catch {
            warnings.append("\(source): the entry of \(key) is left out: \(error)")
        }
    }

    private mutating func entry(_ login: JobConfig.Login) -> Entry? {
        do {
            return Entry(value: try login.credential.portableEntry(), source: login.source, isExact: true)
        } catch {
            warnings.append("\(login.source): the login to \(login.registry) is left out: \(error)")
            return nil
        }
    }

    /// Puts beside the keys of a host's parts that of the host, with the credential of the largest part.
    private func addHostKeys(to table: inout Table) {
        for key in table.keys.filter({ !$0.path.isEmpty }).sorted(by: { $0.path.utf8.count < $1.path.utf8.count })
        where table[key.hostKey] == nil {
            table[key.hostKey] = table[key]
        }
    }

    // MARK: credHelpers

    /// The config's `credHelpers`; to be asked for after ``auths()``.
    mutating func helpers() -> JSONObject {
        var helpers = JSONObject()
        // Clients ask a program before they look into `auths`, so it must not stand in the way of an entry that wins.
        let replaced = (inputs.variable?.credHelpers ?? []).compactMap { RegistryKey($0.server)?.host }
        add(inputs.file, to: &helpers, exceptOf: variableHosts + replaced)
        if let variable = inputs.variable { add(variable, to: &helpers, exceptOf: []) }
        for helper in inputs.helpers {
            for key in helper.registry.helperKeys { helpers[key] = .string(helper.program) }
            setOrigin(helper.registry, "docker-credential-\(helper.program), by \(helper.source)")
        }
        return helpers
    }

    private mutating func add(_ file: DockerConfigFile, to helpers: inout JSONObject, exceptOf hosts: [String]) {
        // An empty name means "none" to docker, which needs that only beside a store, and is an error for podman. By its
        // own name this program has what is in the job's directory, and nothing of what the file's owner had.
        for (server, program) in file.credHelpers where !program.isEmpty && program != HelperCredentials.helperName {
            guard let key = registry(server, file.name), isInherited(key), !hosts.contains(key.host) else { continue }
            helpers[server] = .string(program)
            setOrigin(key, "docker-credential-\(program), by credHelpers in \(file.name)")
        }
    }

    /// A program answers for its host before any entry does.
    private mutating func setOrigin(_ key: RegistryKey, _ source: String) {
        origins.removeAll { $0.registry == key.description }
        origins.append(.init(registry: key.description, source: source))
    }

    // MARK: what may be inherited

    private func isInherited(_ key: RegistryKey) -> Bool {
        inputs.inheritance.allows(key) && !ownHosts.contains(key.host)
    }

    private mutating func registry(_ name: String, _ source: String) -> RegistryKey? {
        if let key = RegistryKey(name) { return key }
        warnings.append("\(source): an entry is left out: its key is no registry's name")
        return nil
    }
}
