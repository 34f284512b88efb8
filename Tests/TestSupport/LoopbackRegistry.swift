import Glibc

/// Debian's docker-registry on a free port of 127.0.0.1, with several users and a log that says who asked for what.
public struct LoopbackRegistry: ~Copyable {
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
    public let address: String
    private let process: ChildProcess
    private let scratch: ScratchDirectory

    /// The password of a user: whoever knows the rule can tell whose it is.
    public static func password(of user: String) -> String {
        "secret-\(user)-7Kq"
    }

    /// Starts a registry that knows these users, and returns when it listens.
    public init(users: [String]) async throws {
        let scratch = try ScratchDirectory()
        var entries = ""
        for user in users {
            var htpasswd = Command("htpasswd", ["-n", "-i", "-B", "-C", "4", user])
            htpasswd.input = Array(Self.password(of: user).utf8)
            entries += try await htpasswd.succeed().lines[0] + "\n"
        }
        let passwords = try scratch.file("htpasswd", entries)
        let log = "\(scratch.path)/log"
        let configuration = try scratch.file(
            "registry.yml",
            """
            version: 0.1
            log: {level: debug, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: \(scratch.path)/storage}, delete: {enabled: true}}
            http: {addr: "127.0.0.1:0"}
            auth: {htpasswd: {realm: tests, path: \(passwords)}}
            """)
        let process = try Command.service("docker-registry serve '\(configuration)'", log: log).start()
        // The system chooses the port, so that no two tests can, and the registry tells which.
        guard await waitUntil(.seconds(20), { announcedAddress(log) != nil }),
            let address = announcedAddress(log)
        else {
            process.signalGroup(SIGTERM)
            throw TestFailure("docker-registry did not start: \((try? Files.text(log)) ?? "")")
        }
        self.scratch = scratch
        self.address = address
        self.process = process
    }

    deinit {
        process.signalGroup(SIGTERM)
    }

    /// The requests that carried a right password so far, in their order.
    ///
    /// The registry names the user on the debug lines that it writes while it answers, so the list is complete when the
    /// client has its answer. A `/v2/` ping names nobody.
    public func requests() throws -> [Request] {
        var seen: Set<String> = []
        var found: [Request] = []
        for line in try Files.text("\(scratch.path)/log").split(separator: "\n") {
            guard let user = field("auth.user.name", in: line), let id = field("http.request.id", in: line),
                seen.insert(id).inserted
            else { continue }
            let values = ["method", "uri", "useragent"].map { field("http.request.\($0)", in: line) ?? "" }
            found.append(Request(user: user, method: values[0], uri: values[1], agent: values[2]))
        }
        return found
    }

    /// Puts the tiny image there as `repository:tag`, and an index that holds it as `repository:tag-multi`.
    public func seed(_ repository: String, tag: String = "1", user: String) async throws {
        let layout = try await ImageLayout(in: scratch.path)
        let environment = ["PATH": Command.searchPath, "HOME": scratch.path]
        // docker 20.10 reads no OCI image manifests.
        for (source, name, format) in [("latest", tag, "v2s2"), ("multi", "\(tag)-multi", "oci")] {
            try await Command(
                "skopeo",
                [
                    "copy", "--all", "--quiet", "--format", format, "--dest-tls-verify=false",
                    "--dest-creds", "\(user):\(Self.password(of: user))",
                    "oci:\(layout.path):\(source)", "docker://\(address)/\(repository):\(name)",
                ],
                environment: environment
            ).succeed()
        }
    }

    /// The users who asked for something since `count` requests had been made.
    public func users(after count: Int) throws -> Set<String> {
        Set(try requests().dropFirst(count).map(\.user))
    }
}

/// The address that the registry says in its log to listen on.
private func announcedAddress(_ log: String) -> String? {
    guard let text = try? Files.text(log), let start = text.firstRange(of: "listening on ")?.upperBound else {
        return nil
    }
    let rest = text[start...]
    // Until the quote is there, the line is being written.
    return rest.firstIndex(of: "\"").map { String(rest[..<$0]) }
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
