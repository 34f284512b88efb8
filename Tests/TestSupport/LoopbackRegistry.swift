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

    /// Starts a registry that knows these users, and returns when its port answers.
    public init(users: [String]) async throws {
        let scratch = try ScratchDirectory()
        var entries = ""
        for user in users {
            var htpasswd = Command("htpasswd", ["-n", "-i", "-B", "-C", "4", user])
            htpasswd.input = Array(Self.password(of: user).utf8)
            entries += try await htpasswd.succeed().lines[0] + "\n"
        }
        let passwords = try scratch.file("htpasswd", entries)
        let port = try unusedPort()
        let address = "127.0.0.1:\(port)"
        let configuration = try scratch.file(
            "registry.yml",
            """
            version: 0.1
            log: {level: debug, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: \(scratch.path)/storage}, delete: {enabled: true}}
            http: {addr: "\(address)"}
            auth: {htpasswd: {realm: tests, path: \(passwords)}}
            """)
        var command = Command.shell("exec docker-registry serve \(configuration) >\(scratch.path)/log 2>&1")
        command.deadline = .seconds(600)
        let process = try command.start()
        guard await waitUntil(.seconds(20), { answers(port) }) else {
            process.signalGroup(SIGKILL)
            throw TestFailure("docker-registry did not start: \((try? Files.text("\(scratch.path)/log")) ?? "")")
        }
        self.scratch = scratch
        self.address = address
        self.process = process
    }

    deinit {
        process.signalGroup(SIGKILL)
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

/// A port that nothing listens on at this moment.
func unusedPort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe bind(descriptor, $0, size) == 0 ? unsafe getsockname(descriptor, $0, &size) : -1
        }
    }
    guard code == 0 else { throw TestFailure("no free port: error \(errno)") }
    return UInt16(bigEndian: address.sin_port)
}

/// Whether something listens on this port of 127.0.0.1.
func answers(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port)
    return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

private func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
}
