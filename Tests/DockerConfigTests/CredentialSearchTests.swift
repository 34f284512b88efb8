internal import DockerConfig
internal import POSIX
internal import Synchronization
internal import Testing

/// Programs with the credentials of single registries, and what they were asked.
private final class Programs: Sendable {
    private let asked = Mutex<[String]>([])
    private let answers: [String: String]

    /// Programs by name; each has credentials of the registries in its text, as `server=user`.
    init(_ answers: [String: String] = [:]) {
        self.answers = answers
    }

    /// What was asked, as `program: verb server`.
    var questions: [String] { asked.withLock { $0 } }

    func search(_ files: [DockerConfigFile]) -> CredentialSearch {
        CredentialSearch(files) { name in
            guard !name.contains("/") else { return nil }
            return ProgramCredentialStore(program: "docker-credential-\(name)") { (verb, input) throws(SystemError) in
                let server = String(decoding: input, as: UTF8.self)
                self.asked.withLock { $0.append("\(name): \(verb) \(server)") }
                guard let known = self.answers[name] else {
                    throw SystemError(.notFound, "run", "docker-credential-\(name)")
                }
                for entry in known.split(separator: " ") {
                    let parts = entry.split(separator: "=")
                    guard parts[0] == server else { continue }
                    return .init(code: 0, output: Array(#"{"Username":"\#(parts[1])","Secret":"s"}"#.utf8))
                }
                return .init(code: 1, output: Array("credentials not found in native keychain".utf8))
            }
        }
    }
}

/// A config whose `auths` have these users.
private func file(_ name: String, _ users: [String: String], _ more: String = "") throws -> DockerConfigFile {
    let entries = users.map { "\"\($0.key)\":\(entry($0.value, "p"))" }.joined(separator: ",")
    return try config("{\"auths\":{\(entries)}\(more)}", named: name)
}

@Suite("Looking for a registry's credential")
struct CredentialSearchTests {
    private func find(_ name: String, _ files: [DockerConfigFile], _ programs: Programs = Programs()) throws
        -> CredentialSearch.Finding
    {
        programs.search(files).credential(for: try key(name))
    }

    @Test("finds nothing where there is nothing")
    func nothing() throws {
        for files in [[], [DockerConfigFile.empty(named: "a")], [try file("a", ["other.example": "u"])]] {
            let found = try find("r.example/app", files)
            #expect(found.credential == nil)
            #expect(found.source == nil)
            #expect(found.warnings == [])
        }
    }

    static let entries: [(keys: [String], name: String, found: String?)] = [
        (["r.example"], "r.example/app", "r.example"),
        (["https://r.example/v1/"], "r.example/app", "https://r.example/v1/"),
        (["r.example", "r.example/app"], "r.example/app", "r.example/app"),
        (["r.example", "r.example/app"], "r.example/app/web", "r.example/app"),
        (["r.example/a", "r.example/a/b", "r.example"], "r.example/a/b/c", "r.example/a/b"),
        (["r.example", "r.example/app"], "r.example/application", "r.example"),
        (["r.example/app"], "r.example/other", nil), (["r.example:5000"], "r.example/app", nil),
        (["r.example"], "r.example:5000/app", nil),
        (["r.example:5000/app"], "r.example:5000/app", "r.example:5000/app"),
        (["https://index.docker.io/v1/"], "docker.io/library/ubuntu", "https://index.docker.io/v1/"),
        (["docker.io"], "docker.io/library/ubuntu", "docker.io"),
    ]

    @Test("takes the entry for the smallest part that the repository lies in", arguments: entries)
    func entry(keys: [String], name: String, found: String?) throws {
        // Each entry's user tells which one it is.
        let users = Dictionary(uniqueKeysWithValues: keys.map { ($0, $0.replacing(":", with: "!")) })
        let finding = try find(name, [try file("a", users)])
        #expect(finding.credential?.username == found?.replacing(":", with: "!"))
    }

    @Test("takes the first file that has it, as podman's files come before docker's")
    func order() throws {
        let files = [
            try file("auth.json", ["r.example/app": "podman"]),
            try file("config.json", ["r.example": "docker", "s.example": "d"]),
        ]
        let first = try find("r.example/app", files)
        #expect(first.credential?.username == "podman")
        #expect(first.source == "auth.json")
        #expect(try find("r.example/other", files).credential?.username == "docker")
        #expect(try find("s.example/app", files).source == "config.json")
    }

    @Test("asks the registry's own program, then the one for all, then looks at the entry")
    func programs() throws {
        let file = try file("a", ["r.example": "entry"], #","credHelpers":{"r.example":"own"},"credsStore":"all""#)
        let own = Programs(["own": "r.example=own", "all": "r.example=all"])
        let found = try find("r.example/app", [file], own)
        #expect(found.credential?.username == "own")
        #expect(found.source == "docker-credential-own, by a")
        #expect(own.questions == ["own: get r.example"])

        let all = Programs(["own": "", "all": "r.example=all"])
        #expect(try find("r.example/app", [file], all).credential?.username == "all")
        #expect(all.questions == ["own: get r.example", "all: get r.example"])

        let none = Programs(["own": "", "all": ""])
        #expect(try find("r.example/app", [file], none).credential?.username == "entry")
        #expect(none.questions.count == 2)
    }

    @Test("asks no program that is another registry's")
    func otherPrograms() throws {
        let programs = Programs(["own": "s.example=u"])
        _ = try find("r.example/app", [try file("a", [:], #","credHelpers":{"s.example":"own"}"#)], programs)
        #expect(programs.questions == [])
    }

    @Test("asks for Docker Hub by the name that docker uses", arguments: ["docker.io", "https://index.docker.io/v1/"])
    func dockerHub(server: String) throws {
        let programs = Programs(["own": "https://index.docker.io/v1/=u"])
        let file = try file("a", [:], #","credHelpers":{"\#(server)":"own"}"#)
        #expect(try find("docker.io/library/ubuntu", [file], programs).credential?.username == "u")
    }

    @Test("asks no program where an empty name says that none has it")
    func noProgram() throws {
        let programs = Programs(["all": "r.example=all"])
        let file = try file("a", ["r.example": "entry"], #","credHelpers":{"r.example":""},"credsStore":"all""#)
        #expect(try find("r.example/app", [file], programs).credential?.username == "entry")
        #expect(programs.questions == [])
    }

    @Test("goes on behind a program that is not there, and says so")
    func missingProgram() throws {
        let file = try file("a", ["r.example": "entry"], #","credHelpers":{"r.example":"gone"}"#)
        let found = try find("r.example/app", [file])
        #expect(found.credential?.username == "entry")
        #expect(found.warnings.count == 1)
        #expect(found.warnings.first?.hasPrefix("docker-credential-gone is not asked any more: ") == true)
    }

    @Test("runs nothing that is no program's name", arguments: ["../x", "/bin/sh"])
    func badProgram(name: String) throws {
        let programs = Programs()
        let found = try find(
            "r.example/app", [try file("a", ["r.example": "entry"], #","credsStore":"\#(name)""#)], programs)
        #expect(found.credential?.username == "entry")
        #expect(found.warnings == ["a: \"\(name)\" is no name of a program"])
        #expect(programs.questions == [])
    }

    @Test("does not ask a later file's program where an earlier file has it")
    func earlier() throws {
        let programs = Programs(["all": "r.example=all"])
        let files = [
            try file("auth.json", ["r.example": "podman"]), try file("config.json", [:], #","credsStore":"all""#),
        ]
        #expect(try find("r.example/app", files, programs).credential?.username == "podman")
        #expect(programs.questions == [])
    }

    @Test("finds identity tokens in entries and in programs")
    func tokens() throws {
        let file = try config(#"{"auths":{"r.example":{"auth":"bWU6","identitytoken":"I"}}}"#)
        #expect(try find("r.example/app", [file]).credential?.identityToken != nil)
        let programs = Programs(["all": "r.example=<token>"])
        let stored = try find("r.example/app", [try config(#"{"credsStore":"all"}"#)], programs)
        #expect(stored.credential?.identityToken != nil)
    }
}
