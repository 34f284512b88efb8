internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import JSON
internal import POSIX
internal import Registry

/// A machine with a job on it, all of it made up.
struct Patient: Sendable {
    /// A file, directory or link.
    struct File: Sendable {
        enum Node: Sendable {
            case text(String)
            case directory
            case link(String)
        }

        var node: Node
        var mode: UInt32
        var owner = Patient.user
    }

    static let user: UInt32 = 1000
    /// Now, on the wall's clock.
    static let now = 1_780_000_000
    static let home = "/users/ci"
    static let root = "/tmp/berth-1000"
    static let job = "\(root)/gitlab-5-x"

    var environment: [String: String] = [:]
    var files: [String: File] = [:]
    var leftovers: [String] = []
    var obstacles: [String] = []
    /// What was got ten minutes ago.
    var minted: MintedCredential?
    var refusal: RegistryError?
    /// Whether all of the job's files are somebody else's, in a directory that this user may not enter.
    var isHidden = false
    var audience: String? = "sts.amazonaws.com"

    mutating func write(_ text: String, to path: String, mode: UInt32 = 0o600) {
        files[path] = File(node: .text(text), mode: mode)
    }

    mutating func link(_ path: String, to target: String) {
        files[path] = File(node: .link(target), mode: 0o777)
    }

    mutating func makeDirectory(_ path: String, mode: UInt32 = 0o700) {
        files[path] = File(node: .directory, mode: mode)
    }

    mutating func writeConfig(_ text: String) { write(text, to: "\(Self.job)/docker/config.json") }

    mutating func writeSources(_ requests: [IdentityRequest], system: String = "gitlab") {
        let sources = CredentialSources(system: system, jobKey: "5", requests: requests)
        write(sources.json.text(indented: true), to: "\(Self.job)/sources.json")
    }

    mutating func writeLease(expires: Int, started: Int? = nil) {
        let lease = Lease(
            system: "gitlab", jobKey: "5", owners: [], host: Self.identity,
            expires: Moment(wall: expires, sinceBoot: expires - Self.now + 500),
            started: started.map { Moment(wall: $0, sinceBoot: $0 - Self.now + 500) })
        write(lease.json.text(indented: true), to: "\(Self.job)/lease.json")
    }

    private static let identity = Host.Identity(bootID: "boot", pidNamespace: nil, machineID: nil, hostName: "runner")

    /// What doctor finds.
    func report() -> HealthReport {
        let host = Host(
            identity: Self.identity, processes: ProcessTable(root: "/nowhere"), user: Self.user,
            now: Moment(wall: Self.now, sinceBoot: 500))
        let audience = audience
        var inputs = Examination.Inputs(
            environment: Environment(environment), home: Self.home, host: host, files: view
        ) { _ throws(RegistryError) in Examination.Exchanger(title: "AWS", audience: audience) }
        inputs.executable = "/usr/bin/berth"
        inputs.leftovers = leftovers
        inputs.obstacles = obstacles
        let (minted, refusal) = (minted, refusal)
        inputs.record = { request in
            let made = Moment(wall: Self.now - 600, sinceBoot: 1)
            return ExchangeRecord(
                minted: minted.map { CachedCredential($0, for: request, made: made) }, refusal: refusal)
        }
        return Examination(inputs).report()
    }

    // MARK: its files

    private var view: FileView {
        let files = isHidden ? files.filter { !$0.key.hasPrefix("\(Self.root)/") } : files
        let isHidden = isHidden
        @Sendable func resolved(_ path: String) -> String? {
            guard let file = files[path] else { return nil }
            if case .link(let target) = file.node { return resolved(target) }
            return path
        }
        return FileView(
            facts: { path in
                guard let file = resolved(path).flatMap({ files[$0] }) else { return nil }
                if case .directory = file.node {
                    return .init(kind: .directory, owner: file.owner, permissions: file.mode)
                }
                return .init(kind: .file, owner: file.owner, permissions: file.mode)
            },
            read: { path throws(SystemError) in
                guard let file = resolved(path).flatMap({ files[$0] }) else {
                    throw SystemError(
                        isHidden && path.hasPrefix("\(Self.root)/") ? .denied : .notFound, "look at", path)
                }
                guard case .text(let text) = file.node else { throw SystemError(.invalid, "read", path) }
                return Array(text.utf8)
            },
            resolved: resolved,
            isExecutable: { path in resolved(path).flatMap { files[$0] }.map { $0.mode & 0o111 != 0 } ?? false })
    }
}

extension Patient {
    /// A job of GitLab, as ci-env leaves it.
    static var gitLab: Patient {
        var patient = Patient()
        patient.environment = [
            "CI": "true", "GITLAB_CI": "true", "CI_JOB_ID": "5", "CI_JOB_TIMEOUT": "3600", "HOME": home,
            "CI_REGISTRY": "registry.example.com", "CI_REGISTRY_IMAGE": "registry.example.com/group/app",
            "CI_REGISTRY_USER": "gitlab-ci-token", "CI_REGISTRY_PASSWORD": "glcbt-64_secret",
            "PATH": "\(job)/bin:/usr/bin", "BERTH_JOB": job, "BERTH_CI": "gitlab",
            "DOCKER_CONFIG": "\(job)/docker", "WERF_DOCKER_CONFIG": "\(job)/docker",
            "REGISTRY_AUTH_FILE": "\(job)/containers/auth.json",
            "HELM_REGISTRY_CONFIG": "\(job)/helm/registry.json",
        ]
        patient.makeDirectory(root)
        patient.makeDirectory(job)
        patient.writeConfig(config(["registry.example.com": ("gitlab-ci-token", "glcbt-64_secret")]))
        patient.link("\(job)/containers/auth.json", to: "\(job)/docker/config.json")
        patient.link("\(job)/helm/registry.json", to: "\(job)/docker/config.json")
        patient.link("\(job)/bin/docker-credential-berth", to: "/usr/bin/berth")
        patient.write("program", to: "/usr/bin/berth", mode: 0o755)
        patient.writeLease(expires: now + 3600)
        return patient
    }

    static let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

    /// A request for a credential at ECR.
    static func request(_ values: [IdentityRequest.Key: String] = [:]) -> IdentityRequest {
        let role = [IdentityRequest.Key.role: "arn:aws:iam::123456789012:role/push"]
        return IdentityRequest(registry: ecr, role.merging(values) { $1 }, from: "--oidc")
    }

    /// A job of GitHub whose images go to ECR, with a credential in exchange for its token.
    static var gitHub: Patient {
        var patient = Patient.gitLab
        for name in patient.environment.keys where name.contains("CI_") || name == "GITLAB_CI" {
            patient.environment[name] = nil
        }
        patient.environment.merge([
            "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "owner/app", "GITHUB_ACTOR": "octocat",
            "GITHUB_TOKEN": "ghs_secretsecret", "BERTH_CI": "github", "BERTH_REPO": "\(ecr)/app",
            "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.example.com/?x=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret-request-token",
        ]) { $1 }
        patient.writeConfig(
            #"{"auths": {"ghcr.io": {"auth": "\#(auth("octocat", "ghs_secretsecret"))"}}, "#
                + #""credHelpers": {"\#(ecr)": "berth"}}"#)
        patient.writeSources([request()], system: "github")
        return patient
    }

    /// The value of `auth`.
    static func auth(_ user: String, _ password: String) -> String {
        Base64.encode(Array("\(user):\(password)".utf8))
    }

    /// A docker config with these logins.
    static func config(_ logins: [String: (String, String)]) -> String {
        let entries = logins.map { #""\#($0.key)": {"auth": "\#(auth($0.value.0, $0.value.1))"}"# }
        return #"{"auths": {\#(entries.joined(separator: ", "))}}"#
    }

    /// A JSON Web Token with these claims.
    static func token(_ claims: JSONValue) -> String {
        let parts = [#"{"alg":"RS256"}"#, claims.text(indented: false), "signature"]
        return parts.map { Base64.encodeURL(Array($0.utf8)) }.joined(separator: ".")
    }
}
