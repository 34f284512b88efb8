internal import TestSupport
internal import Testing

/// Secrets stand in files of the job's directory that only its owner can read, and nowhere else.
@Suite struct SecretHygieneTests {
    private static let secret = "hunter2-unmistakable"

    private static let needsTracing: Comment = "strace is not installed or may not trace here"

    @Test(.enabled(if: Files.exists("/usr/bin/strace"), needsTracing))
    func nothingIsWrittenOutsideTheRootAndNoSecretToTheOutput() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(
            dockerConfig([(host: "a.example.com", user: "u", password: "\(Self.secret)-inherited")]))
        // A file for each process: in one for all, calls of several would be torn apart.
        let log = "\(try machine.scratch.directory("trace"))/process"
        let calls =
            "open,openat,creat,write,writev,pwrite64,rename,renameat,renameat2,mkdir,mkdirat,symlink,symlinkat,link,linkat,"
            + "unlink,unlinkat,rmdir,truncate,ftruncate,chmod,fchmod,fchmodat,execve"
        let environment = machine.gitlabJob(
            "1", registry: "registry.example.com", user: "job", password: "\(Self.secret)-job")
        try await Command(
            "strace",
            [
                "-ff", "-y", "-s", "1000000", "-o", log, "-e", "trace=\(calls)", "dash", "-c",
                """
                \(documentedLine)
                printf %s "$SECRET" | berth login new.example.com -u u --password-stdin --no-verify || exit 1
                berth logout new.example.com || exit 1
                berth ci-env gitlab --explain >/dev/null || exit 1
                berth release || exit 1
                berth gc || exit 1
                """,
            ], environment: environment.merging(["SECRET": "\(Self.secret)-login"]) { $1 }
        ).succeed()
        let encoded = [
            basicAuth("u", "\(Self.secret)-inherited"), basicAuth("job", "\(Self.secret)-job"),
            basicAuth("u", "\(Self.secret)-login"),
        ]
        var secretWrites = 0
        let traces = Files.names(in: machine.path("trace")).map { "\(machine.path("trace"))/\($0)" }
        for line in try traces.flatMap({ try Files.text($0).split(separator: "\n") }) {
            guard let call = Trace(line) else { continue }
            if let path = call.changedPath {
                let allowed = path == "/dev/null" || path == "/dev/tty" || path.hasPrefix("\(machine.base)/berth-")
                #expect(allowed, "\(line.prefix(300))")
            }
            guard ([Self.secret] + encoded).contains(where: { line.contains($0) }) else { continue }
            // The shell's printf into berth's standard input is the only way in.
            let isInput =
                call.name == "write" && call.target.hasPrefix("pipe:") && line.contains("\"\(Self.secret)-login\"")
            let isFile = call.name.hasPrefix("write") && call.target.hasPrefix("\(machine.root)/")
            #expect(isFile || isInput, "a secret in \(call.name) on \(call.target)")
            if isFile { secretWrites += 1 }
        }
        #expect(secretWrites > 0, "the trace has to show the writes that are allowed")
    }

    @Test(arguments: ["000", "022", "077", "777"])
    func everyFileIsPrivateWhateverTheUmask(umask: String) async throws {
        let machine = try Machine()
        let outcome = try await Command.shell(
            """
            umask \(umask); \(documentedLine)
            echo new | berth login new.example.com -u u --password-stdin --no-verify
            berth ci-env gitlab --as-file >/dev/null
            find \(machine.root) -type d -printf '%m %p\\n' -o -type f -printf '%m %p\\n'
            """, environment: machine.gitlabJob("1", registry: "r.example.com", user: "u", password: "p")
        ).run()
        #expect(outcome.lines.count > 5, "\(outcome.errorText)")
        let open = outcome.lines.filter { !$0.hasPrefix("600 ") && !$0.hasPrefix("700 ") }
        #expect(open == [])
    }

    @Test func noSecretStandsInAnyCommandLine() async throws {
        let machine = try Machine()
        let environment = machine.gitlabJob("1", registry: "r.example.com", user: "u", password: Self.secret)
        let script = """
            for n in 1 2 3 4 5 6 7 8 9 10; do
                \(documentedLine)
                printenv CI_REGISTRY_PASSWORD | berth login x.example.com -u u --password-stdin --no-verify
                berth exec gitlab -- true
            done
            """
        let process = try Command.shell(script, environment: environment).start()
        async let ended = process.outcome()
        var seen: Set<String> = []
        repeat {
            for name in Files.names(in: "/proc") where name.first?.isNumber == true {
                guard let line = try? Files.text("/proc/\(name)/cmdline") else { continue }
                if line.contains("berth") { seen.insert(line) }
                #expect(!line.contains(Self.secret))
            }
        } while Files.exists("/proc/\(process.pid)/exe")
        let outcome = try await ended
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(!seen.isEmpty)
    }
}

/// One line of strace's output.
private struct Trace {
    let name: Substring
    /// What its first descriptor stands for.
    let target: Substring
    /// The path that the call would create, change or remove.
    let changedPath: String?

    init?(_ words: Substring) {
        guard let open = words.firstIndex(of: "("), words.contains(" = ") else { return nil }
        name = words[..<open]
        let rest = words[words.index(after: open)...]
        target = rest.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }
        let failed = words.contains(") = -1 ")
        let strings = rest.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        switch name {
        case "open", "openat", "creat":
            let writes =
                ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].contains { words.contains($0) } || name == "creat"
            changedPath = writes && !failed ? Self.absolute(strings.first ?? "", target) : nil
        case "write", "writev", "pwrite64", "execve", "fchmod", "ftruncate": changedPath = nil
        default:
            let path = name.hasPrefix("symlink") ? strings.dropFirst().first : strings.last
            changedPath = failed ? nil : Self.absolute(path ?? "", target)
        }
    }

    private static func absolute(_ path: String, _ folder: Substring) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }
}
