internal import DockerConfig
internal import HTTP
internal import POSIX

/// What a vendor's calls are made from: the repository, the settings, and what is asked once and used by all.
final class VendorContext: Sendable {
    /// The repository.
    let repository: Repository
    /// How registries are spoken to.
    let settings: RegistrySettings
    /// Whether nothing will be changed: no token is asked for that would let it.
    let isReadOnly: Bool
    private let clients = Locked<[Set<AuthScope.Action>: RepositoryClient]>([:])
    private let flights = SingleFlight<Set<AuthScope.Action>, RepositoryClient>()

    /// A context of `repository`.
    init(_ repository: Repository, _ settings: RegistrySettings, isReadOnly: Bool = false) {
        self.repository = repository
        self.settings = settings
        self.isReadOnly = isReadOnly
    }

    /// The repository by the distribution protocol, for who wants these actions; the registry is asked how to log in
    /// when this is called first.
    func client(_ wanted: Set<AuthScope.Action>) async throws(RegistryError) -> RepositoryClient {
        let actions = isReadOnly ? wanted.intersection([.pull, .metadataRead]) : wanted
        if let client = clients.withLock({ $0[actions] }) { return client }
        return try await flights.value(for: actions) { () async throws(RegistryError) in
            if let client = clients.withLock({ $0[actions] }) { return client }
            let client = try await RepositoryClient.connect(to: repository, for: actions, settings)
            clients.withLock { $0[actions] = client }
            return client
        }
    }

    /// What the registry says of itself at its API's root, without credentials; it is asked once.
    func ping() async throws(RegistryError) -> RegistryPing.Answer {
        try await settings.memory.ping(repository.host, settings)
    }

    /// The login for the repository in docker's config.
    var login: Credential? {
        RegistryKey("\(repository.host)/\(repository.name)").flatMap(settings.credentials)
    }

    /// The login that docker's config has now, where `refused` was no good any more.
    func login(insteadOf refused: Credential?) -> Credential? {
        guard let renewal = settings.renewal else { return login }
        return RegistryKey("\(repository.host)/\(repository.name)").flatMap { renewal($0, refused) }
    }

    /// What was given on the command line, or by its variable.
    ///
    /// It is said of no registry by name. Where a command speaks to several, only one whose host is known to be a
    /// vendor's, or that the user says is one, may be the one that is meant: another may only claim to be.
    func secret(_ secret: VendorSecret) -> Secret? {
        let isKnown = VendorTable.known(repository.host, nil, settings.variable) != nil
        let isMeant = isKnown || settings.implementation.map { !$0.yieldsToHost } == true
        return settings.hasSeveralHosts && !isMeant ? nil : settings.secrets[secret]
    }

    /// A user and a password that were both given so; `nil` where either was not.
    func pair(_ username: VendorSecret, _ password: VendorSecret) -> Credential? {
        guard let name = secret(username), let password = secret(password) else { return nil }
        return Credential(username: name.withValue { $0 }, password: password)
    }

    /// The value of an environment variable; `nil` where it is unset or empty.
    func variable(_ name: String) -> String? { settings.variable(name) }

    /// Whether the user says of this repository's registry that `implementation` is its, and vouches for it so.
    func isNamed(_ implementation: String) -> Bool {
        settings.implementation.map { $0.name == implementation && !$0.yieldsToHost } == true
    }

    /// The address of a vendor's API: what the first of `variables` says that is set, else `standard`.
    ///
    /// - Throws: `RegistryError` of the kind `badName` for what is no web address, or one over which credentials must
    ///   not go.
    func endpoint(_ variables: String..., standard: String) throws(RegistryError) -> URLParts {
        for name in variables {
            guard let url = try CloudEndpoint.named(by: name, cloud) else { continue }
            guard !url.text.contains("?") else {
                throw RegistryError(.badName, "\(name) is not the address of an API: it has a query")
            }
            return url
        }
        guard let url = URLParts(standard) else {
            throw RegistryError(.badName, "\(repository): \(Excerpt.quoted(standard)) is not an http(s) address")
        }
        return url
    }

    /// Does `work` by the distribution protocol, which says that it is not allowed, and not what would allow it: the
    /// `permission`, by the vendor's name.
    func requiring<Value>(
        _ permission: String, _ work: () async throws(RegistryError) -> Value
    ) async throws(RegistryError) -> Value {
        do {
            return try await work()
        } catch {
            throw error.missing(permission, at: repository.host)
        }
    }

    /// `r.example/app:tag`, or `r.example/app@sha256:…`.
    func name(_ reference: Reference) -> String { repository.name(reference) }

    /// Waits before what has failed is tried once more.
    func pause(tried: Int) async throws(RegistryError) {
        do {
            try await settings.pacing.sleep(RetryPolicy().pause(tried: tried, pacing: settings.pacing))
        } catch {
            throw RegistryError(.cancelled, "interrupted")
        }
    }

    /// What clouds' credentials are found in.
    var cloud: CloudContext {
        var cloud = CloudContext(client: settings.client, pacing: settings.pacing)
        cloud.variable = settings.variable
        cloud.readFile = settings.readFile
        cloud.allowsPlainHTTP = settings.allowsPlainHTTP
        return cloud
    }
}

/// A secret for a vendor's own API that people give by an option or its variable.
public enum VendorSecret: String, CaseIterable, Hashable, Sendable {
    /// Docker Hub's access token.
    case dockerHubToken = "docker-hub-token"
    /// Docker Hub's user.
    case dockerHubUsername = "docker-hub-username"
    /// Docker Hub's password.
    case dockerHubPassword = "docker-hub-password"
    /// GitHub's token.
    case githubToken = "github-token"
    /// GitLab's token.
    case gitlabToken = "gitlab-token"
    /// Harbor's user or robot.
    case harborUsername = "harbor-username"
    /// Harbor's password.
    case harborPassword = "harbor-password"
    /// Quay's OAuth application token.
    case quayToken = "quay-token"
    /// Artifactory's access token.
    case jfrogToken = "jfrog-token"
    /// Nexus's user.
    case nexusUsername = "nexus-username"
    /// Nexus's password.
    case nexusPassword = "nexus-password"
}
