public import DockerConfig
public import JSON

/// Where a job's credentials come from that are not in its docker config: what the credential helper reads.
///
/// It holds no secret.
public struct CredentialSources: Equatable, Sendable {
    /// A credential store that the machine's docker config names, and how much of it the job may see.
    public struct Store: Equatable, Sendable {
        /// The program's name without `docker-credential-`.
        public var program: String
        /// Which registries' credentials the job may see.
        public var inheritance: Inheritance

        /// A store that `program` keeps.
        public init(program: String, inheritance: Inheritance) {
            self.program = program
            self.inheritance = inheritance
        }
    }

    /// A credential that was asked for, and that nobody tries to get.
    public struct Refusal: Equatable, Sendable {
        /// The registry, `host[:port]`.
        public var registry: String
        /// Why not, for people.
        public var reason: String

        /// What is not tried for `registry`.
        public init(registry: String, reason: String) {
            self.registry = registry
            self.reason = reason
        }
    }

    /// The CI system's name.
    public var system: String
    /// What tells this job from others, for the logs of who is asked for a credential.
    public var jobKey: String?
    /// The credentials that are got in exchange for the job's OIDC token.
    public var requests: [IdentityRequest]
    /// What was asked for besides, and is left out.
    ///
    /// Of the machine's credentials for these registries the job has none: who asks for a job's own credential does not
    /// want others', such as a fork's, to come by the machine's.
    public var refused: [Refusal] = []
    /// The store to ask last.
    public var store: Store?

    /// The file in the job directory that holds it.
    public static let fileName = "sources.json"
    /// The directory in the job's for what was got by ``requests``.
    public static let cacheName = "minted"

    /// Sources.
    public init(system: String, jobKey: String?, requests: [IdentityRequest] = [], store: Store? = nil) {
        self.system = system
        self.jobKey = jobKey
        self.requests = requests
        self.store = store
    }

    /// What the job is called in the logs of who gives it a credential: `berth-github-1234567890-build`.
    ///
    /// It has the characters and the length that all of them take; AWS is the strictest (64 of `[\w+=,.@-]`).
    public var jobName: String {
        let words = ["berth", system] + [jobKey].compactMap { $0 }
        return JobDirectory.sanitised(words.joined(separator: "-"), limit: 64)
    }

    /// Whether there are none, be it that some were refused.
    public var isEmpty: Bool { requests.isEmpty && store == nil }

    /// The request for the registry of `key`; the whole host is meant.
    public func request(for key: RegistryKey) -> IdentityRequest? {
        requests.last { RegistryKey($0.registry)?.host == key.host }
    }

    /// Whether a credential for the registry of `key` was asked for and left out.
    public func refuses(_ key: RegistryKey) -> Bool {
        refused.contains { RegistryKey($0.registry)?.host == key.host }
    }
}

extension CredentialSources {
    /// The sources as they stand in their file.
    public var json: JSONValue {
        var object = JSONObject()
        object["version"] = 1
        object["system"] = .string(system)
        object["job"] = jobKey.map(JSONValue.string) ?? .null
        object["oidc"] = .array(requests.map(\.json))
        if !refused.isEmpty {
            object["refused"] = .array(
                refused.map { ["registry": .string($0.registry), "reason": .string($0.reason)] })
        }
        object["store"] =
            store.map { ["program": .string($0.program), "inherit": .string($0.inheritance.description)] } ?? .null
        return .object(object)
    }

    /// Reads the file's text; `nil` where it is not one that can be relied on.
    public init?(_ text: [UInt8]) {
        guard let object = try? JSONValue(parsing: text).object, object["version"] == 1,
            let system = object["system"]?.string, let entries = object["oidc"]?.array
        else { return nil }
        var requests: [IdentityRequest] = []
        for entry in entries {
            guard let request = IdentityRequest(entry) else { return nil }
            requests.append(request)
        }
        self.init(system: system, jobKey: object["job"]?.string, requests: requests)
        refused = (object["refused"]?.array ?? []).compactMap { entry in
            guard let registry = entry.object?["registry"]?.string, let reason = entry.object?["reason"]?.string else {
                return nil
            }
            return Refusal(registry: registry, reason: reason)
        }
        guard let store = object["store"]?.object else { return }
        guard let program = store["program"]?.string,
            let inheritance = store["inherit"]?.string.flatMap({ Inheritance($0) })
        else { return nil }
        self.store = Store(program: program, inheritance: inheritance)
    }
}
