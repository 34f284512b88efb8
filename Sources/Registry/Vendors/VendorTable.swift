internal import DockerConfig
internal import HTTP
internal import JSON

/// Which registry is whose: the one table of hosts and of what registries say of themselves.
///
/// A vendor is found by what the user names, else by the registry's host, else by what the registry answers at its
/// API's root, which every command asks for anyway.
enum VendorTable {
    /// What tells that a registry is a vendor's.
    struct Row: Sendable {
        /// The vendor.
        let vendor: any VendorAPI.Type
        /// The hosts that are known to be its.
        var hosts: [HostForm] = []
        /// What only its registries say at their API's root; any of these is enough.
        var signs: [RegistrySign] = []
        /// What only its registries answer elsewhere, asked where someone wants to know it exactly.
        var probes: [VendorProbe] = []
    }

    /// All vendors; the first whose host or sign fits is taken.
    static let rows: [Row] = [
        Row(
            vendor: ECRVendor.self,
            hosts: [
                .form("a registry of an AWS account") { host, _ in ECRHost(host) != nil }
            ],
            signs: [.service("ecr.amazonaws.com")]),
        Row(vendor: ECRPublicVendor.self, hosts: [.exactly("public.ecr.aws"), .exactly("ecr-public.aws.com")]),
        Row(
            vendor: GitHubVendor.self,
            hosts: [
                .exactly("ghcr.io"), .exactly("docker.pkg.github.com"),
                .form("a GitHub's containers.HOST") { GitHubSite(registry: $0.description, $1) != nil },
            ]),
        Row(vendor: DockerHubVendor.self, hosts: DockerHubVendor.hosts.map { .exactly($0) }),
        Row(
            vendor: HarborVendor.self, hosts: [.exactly("demo.goharbor.io")],
            signs: [.realm(suffix: "/service/token", service: "harbor-registry")],
            probes: [VendorProbe(path: "/api/v2.0/ping") { $0.status == 200 && $0.body.starts(with: "Pong".utf8) }]),
        Row(
            vendor: GitLabVendor.self, hosts: [.exactly("registry.gitlab.com")],
            signs: [
                .header("Gitlab-Container-Registry-Version"),
                .realm(suffix: "/jwt/auth", service: "container_registry"),
            ]),
        Row(
            vendor: JFrogVendor.self, hosts: [.below(".jfrog.io")],
            signs: [
                .header("X-JFrog-Version", prefix: "Artifactory/"), .header("X-Artifactory-Id"),
                .header("X-Artifactory-Node-Id"), .header("Server", prefix: "Artifactory/"),
                .basicRealm("Artifactory Realm"),
            ],
            probes: [
                VendorProbe(path: "/artifactory/api/system/ping") {
                    $0.status == 200 && $0.body.starts(with: "OK".utf8) && $0.body.count < 4
                }
            ]),
        Row(
            vendor: NexusVendor.self,
            signs: [.header("Server", prefix: "Nexus/"), .basicRealm("Sonatype Nexus Repository Manager")],
            probes: [
                VendorProbe(path: "/service/rest/v1/status") {
                    $0.status == 200 && $0.values(for: "Server").contains { $0.hasPrefix("Nexus/") }
                }
            ]),
        Row(
            vendor: QuayVendor.self, hosts: [.exactly("quay.io")],
            signs: [.header("X-Sparse-Manifest-Support"), .realm(suffix: "/v2/auth")],
            probes: [
                VendorProbe(path: "/api/v1/discovery") {
                    let text = String(decoding: $0.body, as: UTF8.self)
                    return $0.status == 200 && text.contains("\"swagger\"") && text.contains("quay")
                }
            ]),
        Row(vendor: DigitalOceanVendor.self, hosts: [.exactly("registry.digitalocean.com")]),
        Row(
            vendor: GiteaVendor.self, hosts: [.exactly("codeberg.org"), .exactly("gitea.com")],
            signs: [.realm(suffix: "/v2/token", service: "container_registry")],
            probes: [VendorProbe(path: "/api/v1/version") { Self.names($0, "version") }]),
        Row(vendor: SelectelVendor.self, hosts: [.exactly("cr.selcloud.ru")]),
        Row(
            vendor: AzureVendor.self, hosts: AzureCloud.allCases.map { .below($0.registrySuffix) },
            signs: [.ownRealm(path: "/oauth2/token")]),
        Row(vendor: GoogleVendor.self, hosts: GoogleVendor.hosts),
    ]

    /// Whether an answer is a JSON object with a member `name`.
    private static func names(_ response: HTTPResponse, _ name: String) -> Bool {
        response.status == 200 && (try? JSONNode(parsing: response.body))?.text(name) != nil
    }

    /// What is used where no row fits.
    static let fallback: any VendorAPI.Type = DistributionVendor.self

    /// The names of all implementations.
    static let names = rows.map { $0.vendor.name } + [fallback.name]
}

/// What hosts of a vendor look like.
enum HostForm: Sendable {
    /// This one.
    case exactly(String)
    /// Every one that ends in this, such as `.jfrog.io`.
    case below(String)
    /// Those that `matches` takes; `variable` has the values of environment variables.
    case form(String, matches: @Sendable (_ host: RegistryHost, _ variable: (String) -> String?) -> Bool)

    func matches(_ host: RegistryHost, _ variable: (String) -> String?) -> Bool {
        switch self {
        case .exactly(let name): host.description == name
        case .below(let suffix): host.name.hasSuffix(suffix) && host.name.utf8.count > suffix.utf8.count
        case .form(_, let matches): matches(host, variable)
        }
    }

    /// For people, behind "its host is".
    var description: String {
        switch self {
        case .exactly(let name): name
        case .below(let suffix): "below \(suffix.dropFirst())"
        case .form(let text, _): text
        }
    }
}

/// What a registry says at its API's root that tells whose it is.
enum RegistrySign: Sendable {
    /// A header field that begins so; the value does not matter where it is empty.
    case header(String, prefix: String = "")
    /// A challenge for a token of this service.
    case service(String)
    /// A challenge whose token service's address ends so, for a token of this service where one is named.
    case realm(suffix: String, service: String? = nil)
    /// A challenge for a token of the service that is at the realm's own host, with this path.
    case ownRealm(path: String)
    /// A Basic challenge with this realm.
    case basicRealm(String)

    /// Whether `answer` says so.
    func isIn(_ answer: RegistryPing.Answer) -> Bool {
        func hasChallenge(_ scheme: String?, _ test: ([String: String]) -> Bool) -> Bool {
            answer.challenges.contains { (scheme == nil || $0.scheme == scheme) && test($0.parameters) }
        }
        return switch self {
        case .header(let name, let prefix): answer.headers.values(for: name).contains { $0.hasPrefix(prefix) }
        case .service(let service): hasChallenge(nil) { $0["service"] == service }
        case .realm(let suffix, let service):
            hasChallenge("bearer") { parameters in
                parameters["realm"]?.hasSuffix(suffix) == true && (service == nil || parameters["service"] == service)
            }
        case .ownRealm(let path):
            hasChallenge("bearer") { parameters in
                parameters["service"].map { parameters["realm"] == "https://\($0)\(path)" } == true
            }
        case .basicRealm(let realm): hasChallenge("basic") { $0["realm"] == realm }
        }
    }

    /// For people, behind "the registry says".
    var description: String {
        switch self {
        case .header(let name, ""): "the header field \(name)"
        case .header(let name, let prefix): "the header field \(name): \(prefix)…"
        case .service(let service): "its tokens are for \(service)"
        case .realm(let suffix, nil): "its tokens come from …\(suffix)"
        case .realm(let suffix, let service?): "its tokens are for \(service) and come from …\(suffix)"
        case .ownRealm(let path): "its tokens are for the host that they come from, at \(path)"
        case .basicRealm(let realm): "its realm is \(realm)"
        }
    }
}

/// A question that only one vendor's registries answer.
struct VendorProbe: Sendable {
    /// The path at the registry's host, such as `/api/v2.0/ping`.
    let path: String
    /// Whether an answer is the vendor's.
    let accepts: @Sendable (HTTPResponse) -> Bool
}

/// An implementation that the user named, and how.
public struct NamedImplementation: Sendable {
    /// One of the implementations' names.
    public let name: String
    /// The option or variable that named it.
    public let source: String
    /// Whether it counts only where the registry's host is not known to be another vendor's: what is meant for all that
    /// a job does was not said of this registry.
    public let yieldsToHost: Bool

    /// `name` as `source` gave it; `nil` where there is no such implementation.
    public init?(_ name: String, source: String, yieldsToHost: Bool = false) {
        guard VendorTable.names.contains(name) else { return nil }
        self.name = name
        self.source = source
        self.yieldsToHost = yieldsToHost
    }

    /// All implementations' names.
    public static var all: [String] { VendorTable.names }
}

/// Which implementation is used for a registry, and by which rule.
struct VendorFinding: Sendable {
    /// The implementation.
    let vendor: any VendorAPI.Type
    /// The rule, for people.
    let rule: String
    /// Whether it is used for want of another.
    var isFallback = false
}

extension VendorTable {
    /// What the user, or the host, says without anybody being asked; `nil` where neither does.
    static func known(_ host: RegistryHost, _ settings: RegistrySettings) -> VendorFinding? {
        known(host, settings.implementation, settings.variable)
    }

    /// The same by the parts of the settings that count.
    static func known(
        _ host: RegistryHost, _ named: NamedImplementation?, _ variable: (_ name: String) -> String?
    ) -> VendorFinding? {
        let byName = named.flatMap { named in
            (rows.map(\.vendor) + [fallback]).first { $0.name == named.name }.map {
                VendorFinding(vendor: $0, rule: "it is named by \(named.source)")
            }
        }
        if let byName, named?.yieldsToHost != true { return byName }
        for row in rows {
            guard let form = row.hosts.first(where: { $0.matches(host, variable) }) else { continue }
            return VendorFinding(vendor: row.vendor, rule: "its host is \(form.description)")
        }
        return byName
    }

    /// The same, with what the registry says at its API's root.
    static func find(
        _ host: RegistryHost, _ settings: RegistrySettings, _ answer: RegistryPing.Answer
    ) -> VendorFinding {
        if let known = known(host, settings) { return known }
        for row in rows {
            guard let sign = row.signs.first(where: { $0.isIn(answer) }) else { continue }
            return VendorFinding(vendor: row.vendor, rule: "the registry says so: \(sign.description)")
        }
        return VendorFinding(vendor: fallback, rule: "no other implementation is made for this host", isFallback: true)
    }

    /// What a repository's registry is logged in to with: docker's login, else what the vendor has.
    static func login(
        _ repository: Repository, _ answer: RegistryPing.Answer, _ settings: RegistrySettings
    ) async throws(RegistryError) -> Credential? {
        let context = VendorContext(repository, settings)
        if let login = context.login { return login }
        let vendor = find(repository.host, settings, answer).vendor
        return try await settings.memory.login("\(vendor.name) \(repository)") { () async throws(RegistryError) in
            try await vendor.login(context)
        }
    }

    /// What finds a login anew: a cloud's token ends within hours, and what a credential helper gives within minutes.
    static func renewal(
        _ repository: Repository, _ answer: RegistryPing.Answer, _ settings: RegistrySettings
    ) -> Authenticator.Renewal {
        let vendor = find(repository.host, settings, answer).vendor
        return { refused async throws(RegistryError) in
            let context = VendorContext(repository, settings)
            if let login = context.login(insteadOf: refused) { return login }
            return try await vendor.login(context)
        }
    }
}

extension RegistryHost {
    /// The vendor whose registry it is known to be, by the name that `--repo-implementation` has for it, without anybody
    /// being asked; `nil` where none is.
    ///
    /// - Parameters:
    ///   - named: What the user says that it is.
    ///   - variable: The value of an environment variable.
    /// - Returns: The name.
    package func knownVendor(
        named: NamedImplementation? = nil, variable: (_ name: String) -> String?
    ) -> String? {
        VendorTable.known(self, named, variable)?.vendor.name
    }
}
