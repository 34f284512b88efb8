import Glibc

/// A real docker engine on a socket in a scratch directory, without networks of its own.
public struct DockerEngine: ~Copyable {
    /// What `DOCKER_HOST` names.
    public let host: String
    private let process: ChildProcess
    private let scratch: ScratchDirectory

    /// Why no engine can run here; nil where one can.
    public static let obstacle: String? = {
        if !Berth.isRoot { return "a docker engine needs root" }
        return Files.exists("/usr/sbin/dockerd") ? nil : "Debian's docker.io (dockerd) is not installed"
    }()

    /// Starts an engine and returns when it answers.
    public init() async throws {
        let scratch = try ScratchDirectory()
        let host = "unix://\(scratch.path)/docker.sock"
        let folder = scratch.path
        var command = Command.shell(
            """
            exec dockerd -H \(host) --data-root \(folder)/data --exec-root \(folder)/exec --pidfile \(folder)/pid \
            --bridge=none --iptables=false --ip6tables=false --storage-driver=vfs >\(folder)/log 2>&1
            """)
        command.environment["HOME"] = folder
        command.deadline = .seconds(600)
        let process = try command.start()
        let environment = ["PATH": Command.searchPath, "HOME": folder, "DOCKER_HOST": host]
        let ready = try await waitUntil(.seconds(60)) {
            try await Command("docker", ["version"], environment: environment).run().status == 0
        }
        guard ready else {
            process.signalGroup(SIGKILL)
            throw TestFailure("dockerd did not start: \((try? Files.text("\(folder)/log").suffix(2000)) ?? "no log")")
        }
        self.scratch = scratch
        self.host = host
        self.process = process
    }

    /// Stops it, which takes its containers' daemon with it, and waits for its end.
    public consuming func stop() async throws {
        process.signal(SIGTERM)
        _ = try await process.outcome()
    }

    deinit {
        process.signalGroup(SIGKILL)
    }
}
