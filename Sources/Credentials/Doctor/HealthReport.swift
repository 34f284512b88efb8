internal import DockerConfig
public import JSON
internal import Registry

/// What ``Examination`` has found.
public struct HealthReport: Equatable, Sendable {
    /// What each check has found, in an order for people.
    public private(set) var findings: [Finding]
    /// Where each registry's credential comes from.
    public let logins: [RegistryLogin]
    private let repository: RegistryKey?
    private let now: Int

    init(findings: [Finding], logins: [RegistryLogin], repository: RegistryKey?, now: Int) {
        self.findings = findings
        self.logins = logins
        self.repository = repository
        self.now = now
    }

    /// How many findings have this status.
    public func count(_ status: Finding.Status) -> Int {
        findings.count { $0.status == status }
    }

    /// Adds what was found otherwise, such as by trying the logins.
    public mutating func add(_ others: [Finding]) {
        findings += others
    }

    /// What helps where all is well here, and a push is refused nevertheless; `nil` where all is not.
    public var advice: String? {
        guard count(.fail) == 0, !logins.isEmpty else { return nil }
        let own = logins.first { $0.registry.host == repository?.host }
        let name = own == nil ? "HOST/REPOSITORY" : repository?.description ?? ""
        let isGitHubs = own?.registry.host == "ghcr.io" && own?.source.hasPrefix("GITHUB_") == true
        let permissions = isGitHubs ? "; to push, GITHUB_TOKEN needs permissions: {packages: write}" : ""
        return
            "The login works, but a push is refused? berth check \(name) tells which permission is missing\(permissions)."
    }

    /// The rows of a table for people, without a head: registry, source, end.
    public var rows: [[String]] {
        logins.map { [$0.registry.description, $0.source, words(of: $0.lifetime)] }
    }

    private func words(of lifetime: RegistryLogin.Lifetime) -> String {
        switch lifetime {
        case .until(let end): TimeText.moment(end, now: now)
        case .renewed(let end?): "\(TimeText.moment(end, now: now)), then renewed"
        case .renewed(nil): "got when a client asks"
        case .job: "with the job"
        case .unlimited: "long-lived"
        case .short: "soon (about an hour from when it was made)"
        case .unknown: "unknown"
        }
    }

    /// The same for programs.
    public var json: JSONValue {
        [
            "findings": .array(findings.map(\.json)),
            "registries": .array(logins.map(\.json)),
            "ok": .integer(count(.ok)), "warn": .integer(count(.warn)), "fail": .integer(count(.fail)),
        ]
    }
}

extension Finding {
    fileprivate var json: JSONValue {
        [
            "check": .string(check.rawValue), "status": .string(status.rawValue), "text": .string(text),
            "hint": hint.map { .string($0) } ?? .null,
        ]
    }
}

extension RegistryLogin {
    fileprivate var json: JSONValue {
        [
            "host": .string(registry.description), "source": .string(source),
            "expiresAt": end.map { .string("\(Timestamp(secondsSince1970: $0))") } ?? .null,
            "lifetime": .string(word),
        ]
    }

    /// How long it is good, in one word.
    private var word: String {
        switch lifetime {
        case .until: "limited"
        case .renewed: "renewed"
        case .job: "job"
        case .unlimited: "unlimited"
        case .short: "short"
        case .unknown: "unknown"
        }
    }
}
