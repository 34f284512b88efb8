/// Debian's docker-registry (2.8) on a free port of 127.0.0.1, with a log that says who asked for what.
public struct LoopbackRegistry: ~Copyable {
    /// How the registry is set up.
    public struct Options: Sendable {
        /// Whom it lets in.
        public var auth: Auth
        /// Where it keeps what it is given.
        public var storage: Storage
        /// Whether manifests and blobs can be deleted, by digest: this registry knows no other way.
        public var deletes: Bool
        /// Whether it refuses whatever would change it.
        public var isReadOnly: Bool

        /// A registry that lets everybody in and do everything, unless something else is said.
        public init(
            auth: Auth = .none, storage: Storage = .filesystem, deletes: Bool = true, isReadOnly: Bool = false
        ) {
            self.auth = auth
            self.storage = storage
            self.deletes = deletes
            self.isReadOnly = isReadOnly
        }
    }

    /// Whom a registry lets in.
    public enum Auth: Sendable {
        /// Everybody.
        case none
        /// These users with their passwords, by Basic.
        case htpasswd([String])
        /// Who has a token of this server; `realm` is where clients are told to get one, where not at its own address.
        case token(TokenServer, realm: String? = nil)
    }

    /// Where a registry keeps what it is given.
    public enum Storage: Sendable {
        /// A directory of its own that goes with it.
        case filesystem
        /// A directory that is there before and after.
        case directory(String)
        /// A bucket of this S3 service, to which blobs are redirected (307), with a signed query; `at` is the `host:port`
        /// by which the registry and its clients know the service, where a proxy stands before it.
        case s3(MotoServer, at: String? = nil)
    }

    /// One request that the registry let in.
    public struct Request: Sendable, Hashable {
        /// The user whose password it carried.
        public let user: String
        /// The HTTP method.
        public let method: String
        /// The path and query.
        public let uri: String
        /// The client's name for itself.
        public let agent: String
    }

    /// `127.0.0.1:port`.
    public var address: String { service.address }
    /// The directory in which it keeps everything, or the address of the bucket.
    public let storage: String
    let log: String
    private let options: Options
    private let service: Service
    private let scratch: ScratchDirectory

    /// The password of a user: whoever knows the rule can tell whose it is.
    public static func password(of user: String) -> String {
        "secret-\(user)-7Kq"
    }

    /// Starts a registry that knows these users, and returns when it listens.
    public init(users: [String]) async throws {
        try await self.init(Options(auth: .htpasswd(users)))
    }

    /// Starts a registry and returns when it listens.
    public init(_ options: Options = Options()) async throws {
        let scratch = try ScratchDirectory()
        let storage: String
        let driver: String
        switch options.storage {
        case .filesystem: (storage, driver) = Self.filesystem("\(scratch.path)/storage")
        case .directory(let path): (storage, driver) = Self.filesystem(path)
        case .s3(let server, let address):
            storage = try await server.makeBucket()
            driver = server.storageDriver(bucket: storage, at: address)
        }
        let log = "\(scratch.path)/log"
        // The system chooses the port, so that no two tests can, and the registry tells which.
        let configuration = try scratch.file(
            "registry.yml",
            """
            version: 0.1
            log: {level: debug, accesslog: {disabled: true}}
            storage:
              \(driver)
              delete: {enabled: \(options.deletes)}
              maintenance: {readonly: {enabled: \(options.isReadOnly)}}
            http: {addr: "127.0.0.1:0"}
            auth: \(try await Self.settings(of: options.auth, in: scratch.path))
            """)
        service = try await Service("docker-registry serve '\(configuration)'", log: log, address: announcedAddress)
        self.scratch = scratch
        self.storage = storage
        self.options = options
        self.log = log
    }

    private static func filesystem(_ path: String) -> (storage: String, driver: String) {
        (path, "filesystem: {rootdirectory: \(path)}")
    }

    private static func settings(of auth: Auth, in directory: String) async throws -> String {
        switch auth {
        case .none: return "{}"
        case .htpasswd(let users):
            var entries = ""
            for user in users {
                var htpasswd = Command("htpasswd", ["-n", "-i", "-B", "-C", "4", user])
                htpasswd.input = Array(password(of: user).utf8)
                entries += try await htpasswd.succeed().lines[0] + "\n"
            }
            try Files.write(entries, to: "\(directory)/htpasswd")
            return "{htpasswd: {realm: tests, path: \(directory)/htpasswd}}"
        case .token(let server, let realm): return server.registrySettings(realm: realm)
        }
    }

    /// The requests that carried a right password so far, in their order.
    ///
    /// The registry names the user on the debug lines that it writes while it answers, so the list is complete when the
    /// client has its answer. A `/v2/` ping names nobody.
    public func requests() throws -> [Request] {
        var seen: Set<String> = []
        var found: [Request] = []
        for line in try Files.text(log).split(separator: "\n") {
            guard let user = field("auth.user.name", in: line), let id = field("http.request.id", in: line),
                seen.insert(id).inserted
            else { continue }
            let values = ["method", "uri", "useragent"].map { field("http.request.\($0)", in: line) ?? "" }
            found.append(Request(user: user, method: values[0], uri: values[1], agent: values[2]))
        }
        return found
    }

    /// Puts the tiny image there as `repository:tag`, and an index that holds it as `repository:tag-multi`.
    public func seed(_ repository: String, tag: String = "1", user: String? = nil) async throws {
        let layout = try await ImageLayout(in: scratch.path)
        let environment = ["PATH": Command.searchPath, "HOME": scratch.path]
        // docker 20.10 reads no OCI image manifests.
        for (source, name, format) in [("latest", tag, "v2s2"), ("multi", "\(tag)-multi", "oci")] {
            try await Command(
                "skopeo",
                [
                    "copy", "--all", "--quiet", "--format", format, "--dest-tls-verify=false",
                    "oci:\(layout.path):\(source)", "docker://\(address)/\(repository):\(name)",
                ] + (user.map { ["--dest-creds", "\($0):\(Self.password(of: $0))"] } ?? []),
                environment: environment
            ).succeed()
        }
    }

    /// The users who asked for something since `count` requests had been made.
    public func users(after count: Int) throws -> Set<String> {
        Set(try requests().dropFirst(count).map(\.user))
    }
}

/// One `key=value` of a logfmt line.
private func field(_ name: String, in line: Substring) -> String? {
    guard let start = line.range(ofText: " \(name)=") else { return nil }
    let rest = line[start...]
    if rest.first == "\"" { return String(rest.dropFirst().prefix { $0 != "\"" }) }
    return String(rest.prefix { $0 != " " })
}

extension Substring {
    /// Where the text after the first `text` starts.
    fileprivate func range(ofText text: String) -> Index? {
        firstRange(of: text)?.upperBound
    }
}
