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
    private let inherited: [String: [Credential]]

    init(_ scene: Scene) {
        self.scene = scene
        lifetimes = CredentialLifetime(scene.environment)
        inherited = Self.credentials(in: scene.inherited)
        if case .success(let file)? = scene.variable { addEntries(of: file, named: "DOCKER_AUTH_CONFIG") }
        for config in scene.configs {
            guard let file = config.file else { continue }
            if config.isDockers { addPrograms(of: file, config) }
            addEntries(of: file, named: config.name, only: config.isDockers ? nil : config.clients)
        }
    }

    private mutating func add(_ login: RegistryLogin) {
        if !logins.contains(where: { $0.registry == login.registry }) { logins.append(login) }
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
                guard !logins.contains(where: { $0.registry.host == key.host && !$0.isEntry }) else { continue }
                add(login(key, credential, in: name, only: clients))
            } catch {
                let effect =
                    clients == nil && name != Self.kept ? "; docker, buildx and crane then use no login of it at all" : ""
                refuse("\(key): no client can use the entry in \(name): \(error)\(effect)")
            }
        }
    }

    private mutating func refuse(_ text: String) {
        let finding = Finding(
            .credentials, .fail, text, hint: "log in anew, or remove the entry: berth logout, docker logout")
        if !findings.contains(finding) { findings.append(finding) }
    }

    private func login(
        _ key: RegistryKey, _ credential: Credential, in name: String, only clients: String? = nil
    ) -> RegistryLogin {
        let place = clients.map { "\(name), for \($0) only" } ?? name
        let own = scene.ownLogin(credential, for: key)?.source
        let isInherited = own == nil && inherited[key.host]?.contains(credential) == true
        let config = isInherited ? scene.inherited?.name : nil
        let origin = own ?? config.map { "inherited from \($0)" }
        return RegistryLogin(
            key, from: [origin, place].compactMap(\.self).joined(separator: ", in "), .entry(credential),
            lifetimes.lifetime(of: credential), only: clients, inheritedFrom: config)
    }

    /// The credentials of a config, by their hosts.
    private static func credentials(in file: DockerConfigFile?) -> [String: [Credential]] {
        var credentials: [String: [Credential]] = [:]
        for member in file?.auths.members ?? [] {
            guard let key = RegistryKey(member.key), let credential = try? Credential(entry: member.value) else {
                continue
            }
            credentials[key.host, default: []].append(credential)
        }
        return credentials
    }

    // MARK: programs

    /// The hosts that a program answers for: clients ask it before they look at entries.
    private mutating func addPrograms(of file: DockerConfigFile, _ config: ClientConfig) {
        for (server, program) in file.credHelpers where !program.isEmpty {
            guard let key = RegistryKey(server)?.hostKey else { continue }
            if program == "berth" {
                addOwnProgram(key, file, config.name)
            } else {
                add(program, of: key, "credHelpers in \(config.name)")
            }
        }
        // A client that is not led to berth's helper does not get these; that they are asked for is told all the same.
        for request in scene.sources?.requests ?? [] {
            guard let key = RegistryKey(request.registry)?.hostKey else { continue }
            // What somebody logged in to by hand counts before it.
            let others = [file, scene.store?.file].compactMap { $0?.credential(for: key) }
            if others.isEmpty { add(login(request, key)) }
        }
        if file.credsStore == "berth", let kept = scene.store?.file { addEntries(of: kept, named: Self.kept) }
        guard let store = file.credsStore, store != "berth" else { return }
        // docker leaves an empty entry for each that the store has.
        for member in file.auths.members where member.key != JobConfig.placeholderKey {
            guard let key = RegistryKey(member.key), scene.program(for: key, in: file) == store else { continue }
            add(store, of: key.hostKey, "credsStore in \(config.name)")
        }
    }

    /// The file in which berth, as docker's helper, keeps what clients give it.
    private static let kept = "docker-credential-berth, which a client gave it"

    private mutating func add(_ program: String, of key: RegistryKey, _ why: String) {
        add(RegistryLogin(key, from: "\(HelperName.program(program)), by \(why)", .program(program), .unknown))
    }

    /// berth as a host's helper: what the job was given counts, then what is exchanged, then the machine's store.
    private mutating func addOwnProgram(_ key: RegistryKey, _ file: DockerConfigFile, _ name: String) {
        if let credential = scene.store?.file?.credential(for: key) {
            return add(login(key, credential, in: Self.kept))
        }
        if let credential = file.credential(for: key) { return add(login(key, credential, in: name)) }
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
