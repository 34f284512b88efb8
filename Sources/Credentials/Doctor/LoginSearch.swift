internal import CIEnv
internal import DockerConfig
internal import JSON
internal import POSIX

/// The registries that clients find a credential for, each once: docker's own config first, as most clients do.
struct LoginSearch {
    private(set) var logins: [RegistryLogin] = []
    /// Entries that no client can use.
    private(set) var findings: [Finding] = []

    private let scene: Scene
    private let lifetimes: CredentialLifetime
    /// What the job's config was made from.
    private let inherited: EntryTable
    private var registries: Set<RegistryKey> = []
    /// The hosts that a program answers for.
    private var hostsOfPrograms: Set<String> = []
    private var refusals: Set<String> = []

    init(_ scene: Scene) {
        self.scene = scene
        lifetimes = CredentialLifetime(scene.environment)
        inherited = EntryTable(scene.inherited)
        if case .success(let file)? = scene.variable { addEntries(of: file, named: "DOCKER_AUTH_CONFIG") }
        for config in scene.configs {
            guard let file = config.file else { continue }
            if config.isDockers { addPrograms(of: file, config) }
            addEntries(of: file, named: config.name, only: config.isDockers ? nil : config.clients)
        }
    }

    private mutating func add(_ login: RegistryLogin) {
        guard registries.insert(login.registry).inserted else { return }
        logins.append(login)
        if !login.isEntry { hostsOfPrograms.insert(login.registry.host) }
    }

    // MARK: entries

    private mutating func addEntries(of file: DockerConfigFile, named name: String, only clients: String? = nil) {
        for member in file.auths.members where member.key != JobConfig.placeholderKey {
            guard let key = RegistryKey(member.key) else {
                refuse("\(name) has an entry whose key is no registry's name")
                continue
            }
            do {
                guard let credential = try Credential(entry: member.value) else { continue }
                guard !hostsOfPrograms.contains(key.host) else { continue }
                add(login(key, credential, in: name, only: clients))
            } catch {
                let effect =
                    clients == nil && name != Self.kept
                    ? "; docker, buildx and crane then use no login of it at all" : ""
                refuse("\(key): no client can use the entry in \(name): \(error)\(effect)")
            }
        }
    }

    private mutating func refuse(_ text: String) {
        guard refusals.insert(text).inserted else { return }
        findings.append(
            Finding(.credentials, .fail, text, hint: "log in anew, or remove the entry: berth logout, docker logout"))
    }

    private func login(
        _ key: RegistryKey, _ credential: Credential, in name: String, only clients: String? = nil
    ) -> RegistryLogin {
        let place = clients.map { "\(name), for \($0) only" } ?? name
        let own = scene.ownLogin(credential, for: key)?.source
        let isInherited = own == nil && inherited.has(credential, at: key.host)
        let config = isInherited ? scene.inherited?.name : nil
        let origin = own ?? config.map { "inherited from \($0)" }
        return RegistryLogin(
            key, from: [origin, place].compactMap(\.self).joined(separator: ", in "), .entry(credential),
            lifetimes.lifetime(of: credential), only: clients, inheritedFrom: config)
    }

    // MARK: programs

    /// The hosts that a program answers for: clients ask it before they look at entries.
    private mutating func addPrograms(of file: DockerConfigFile, _ config: ClientConfig) {
        let helpers = file.credHelpers
        let entries = EntryTable(file), kept = EntryTable(scene.store?.file)
        for (server, program) in helpers where !program.isEmpty {
            guard let key = RegistryKey(server)?.hostKey else { continue }
            if program == "berth" {
                addOwnProgram(key, entries, kept, config.name)
            } else {
                add(program, of: key, "credHelpers in \(config.name)")
            }
        }
        // A client that is not led to berth's helper does not get these; that they are asked for is told all the same.
        for request in scene.sources?.requests ?? [] {
            guard let key = RegistryKey(request.registry)?.hostKey else { continue }
            // What somebody logged in to by hand counts before it.
            if kept.credential(for: key) == nil, entries.credential(for: key) == nil { add(login(request, key)) }
        }
        if file.credsStore == "berth", let kept = scene.store?.file { addEntries(of: kept, named: Self.kept) }
        guard let store = file.credsStore, store != "berth" else { return }
        let others = Set(helpers.compactMap { RegistryKey($0.server)?.host })
        // docker leaves an empty entry for each that the store has.
        for member in file.auths.members where member.key != JobConfig.placeholderKey {
            guard let key = RegistryKey(member.key), !others.contains(key.host) else { continue }
            add(store, of: key.hostKey, "credsStore in \(config.name)")
        }
    }

    /// The file in which berth, as docker's helper, keeps what clients give it.
    private static let kept = "docker-credential-berth, which a client gave it"

    private mutating func add(_ program: String, of key: RegistryKey, _ why: String) {
        add(RegistryLogin(key, from: "\(HelperName.program(program)), by \(why)", .program(program), .unknown))
    }

    /// berth as a host's helper: what the job was given counts, then what is exchanged, then the machine's store.
    private mutating func addOwnProgram(
        _ key: RegistryKey, _ entries: EntryTable, _ kept: EntryTable, _ name: String
    ) {
        if let credential = kept.credential(for: key) { return add(login(key, credential, in: Self.kept)) }
        if let credential = entries.credential(for: key) { return add(login(key, credential, in: name)) }
        if let request = scene.sources?.request(for: key) { return add(login(request, key)) }
        guard let store = scene.sources?.store, store.inheritance.allows(key) else {
            return refuse("\(key): docker-credential-berth is to have its credential, and has none")
        }
        add(store.program, of: key, "the machine's docker config, read-only")
    }

    private func login(_ request: IdentityRequest, _ key: RegistryKey) -> RegistryLogin {
        let title = (try? scene.inputs.exchange(request))?.title
        let role = [IdentityRequest.Key.role, .serviceAccount, .robot, .client].lazy.compactMap { request[$0] }.first
        let with = title.map { " with \($0)" } ?? ""
        let minted = scene.minted(request)
        let since = minted.map { ", got \(TimeText.length(max(0, scene.now - $0.made.wall))) ago" }
        let end = minted?.credential.end
        let isLast = end.map { !IdentityChecks.renews(request, at: $0, scene) } ?? false
        return RegistryLogin(
            key,
            from: "OIDC exchange\(with)\(role.map { ", \($0)" } ?? ""), by \(request.source)\(since ?? "")",
            .identity(request), isLast ? end.map { .until($0) } ?? .renewed(nil) : .renewed(end))
    }
}

extension RegistryLogin {
    fileprivate var isEntry: Bool { if case .entry = origin { true } else { false } }
}
