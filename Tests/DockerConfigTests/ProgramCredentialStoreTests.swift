internal import DockerConfig
internal import POSIX
internal import Synchronization
internal import TestSupport
internal import Testing

/// Reading stores through `docker-credential-…` programs.
@Suite struct ProgramCredentialStoreTests {
    /// A program made of answers, which counts the questions.
    final class Program: Sendable {
        let questions = Mutex<[String]>([])
        let name: String
        let answer: @Sendable (_ question: String) throws(SystemError) -> (code: Int32, output: String)

        init(
            name: String = "x",
            _ answer: @escaping @Sendable (String) throws(SystemError) -> (code: Int32, output: String)
        ) {
            self.name = name
            self.answer = answer
        }

        var store: ProgramCredentialStore {
            ProgramCredentialStore(program: "docker-credential-\(name)") { (verb, input) throws(SystemError) in
                let question = "\(verb) \(String(decoding: input, as: UTF8.self))"
                self.questions.withLock { $0.append(question) }
                let (code, output) = try self.answer(question)
                return HelperProgram.Answer(code: code, output: Array(output.utf8))
            }
        }

        var asked: [String] { questions.withLock { $0 } }
    }

    static let notFound = "credentials not found in native keychain\n"

    /// A store that has a credential for every registry in its list.
    private static func keeping(_ list: String) -> Program {
        Program { (question) throws(SystemError) in
            if question == "list unused" { return (0, list) }
            let server = String(question.dropFirst(4))
            return list.contains("\"\(server)\"")
                ? (0, #"{"ServerURL":"\#(server)","Username":"u","Secret":"of \#(server)"}"#) : (1, notFound)
        }
    }

    @Test
    func `each listed registry is asked for`() {
        let program = Self.keeping(#"{"a.example":"u","https://index.docker.io/v1/":"u"}"#)
        let findings = program.store.credentials(allowedBy: .all)
        #expect(
            findings.credentials
                == ["a.example", "https://index.docker.io/v1/"].map {
                    StoredCredential(server: $0, Credential("u", "of \($0)"), from: "docker-credential-x")
                })
        #expect(findings.warnings == [])
        #expect(program.asked == ["list unused", "get a.example", "get https://index.docker.io/v1/"])
    }

    @Test
    func `the program is not asked about what the job may not see`() throws {
        let program = Self.keeping(#"{"a.example":"u","b.example":"u"}"#)
        #expect(
            program.store.credentials(allowedBy: .only([try key("b.example")])).credentials.map(\.server) == [
                "b.example"
            ])
        #expect(program.asked == ["list unused", "get b.example"])
    }

    @Test
    func `a job that inherits nothing does not run the program`() {
        let program = Self.keeping("{}")
        #expect(
            program.store.credentials(besides: ["a.example"], allowedBy: .none) == ProgramCredentialStore.Findings())
        #expect(program.asked == [])
    }

    @Test(
        arguments: [
            (1, "list is not implemented", "docker-credential-x list: exit code 1"),
            (0, "hunter2", "docker-credential-x list: the answer is not what the protocol says"),
            (0, "[]", "docker-credential-x list: the answer is not what the protocol says"), (0, "null\n", nil),
            (0, "{}", nil),
        ] as [(Int32, String, String?)])
    func `a program that cannot list is asked for what is named elsewhere`(
        code: Int32, output: String, warning: String?
    ) throws {
        let program = Program { (question) throws(SystemError) in
            question.hasPrefix("list") ? (code, output) : (0, #"{"Username":"u","Secret":"s"}"#)
        }
        let findings = program.store.credentials(
            besides: ["a.example", "b.example"], allowedBy: .only([try key("a.example"), try key("docker.io")]))
        #expect(findings.credentials.map(\.server) == ["a.example", "https://index.docker.io/v1/"])
        #expect(findings.warnings == [warning].compactMap { $0 })
        #expect(findings.mayHaveMore == (warning != nil))
        #expect(program.asked.count == 3)
    }

    @Test(arguments: [SystemError.Code.notFound, .timedOut])
    func `a program that does not answer is not one to be asked later`(code: SystemError.Code) {
        let program = Program { (_) throws(SystemError) in throw SystemError(code, "run", "docker-credential-x") }
        #expect(!program.store.credentials(allowedBy: .all).mayHaveMore)
    }

    @Test(arguments: ["ecr-login", "gcr", "gcloud", "acr-env"])
    func `a program that makes credentials is asked only whose it has`(name: String) throws {
        let program = Program(name: name) { (_) throws(SystemError) in
            (0, #"{"a.example":"u","https://b.example":"u","c.example":"u"}"#)
        }
        let findings = program.store.credentials(
            besides: ["d.example/app"],
            allowedBy: .only(try ["a.example", "b.example", "d.example"].map { try key($0) }))
        #expect(findings.credentials == [])
        #expect(findings.mayHaveMore)
        #expect(findings.registries.map(\.description) == ["a.example", "b.example", "d.example"])
        #expect(program.asked == ["list unused"])
    }

    @Test
    func `names in the store that are no registry's are not asked for`() {
        let program = Self.keeping(
            #"{"https://index.docker.io/v1/access-token":"u","":"u","a b":"u","r.example/group":"u"}"#)
        #expect(program.store.credentials(allowedBy: .all).credentials.map(\.server) == ["r.example/group"])
    }

    @Test
    func `a token user makes an identity token`() {
        let program = Program { (_) throws(SystemError) in (0, #"{"Username":"<token>","Secret":"t"}"#) }
        let credential = program.store.credentials(of: ["a.example"]).credentials.first?.credential
        #expect(credential?.identityToken == Secret("t"))
    }

    @Test(arguments: [notFound, "no credentials server URL", "no credentials username\n"])
    func `what the store does not have is no warning`(output: String) {
        let findings = Program { (_) throws(SystemError) in (1, output) }.store.credentials(of: ["a.example"])
        #expect(findings == ProgramCredentialStore.Findings())
    }

    @Test(
        arguments: [
            (1, "hunter2", "exit code 1"), (137, "", "exit code 137"),
            (0, "", "the answer is not what the protocol says"),
            (0, "hunter2", "the answer is not what the protocol says"),
            (0, #"{"Username":"u"}"#, "the answer is not what the protocol says"),
            (0, #"{"Username":7,"Secret":"hunter2"}"#, "the answer is not what the protocol says"),
            (0, notFound, "the answer is not what the protocol says"),
        ] as [(Int32, String, String)])
    func `a failure is a warning without a word of the answer, and the next registry is asked for`(
        code: Int32, output: String, why: String
    ) {
        let program = Program { (question) throws(SystemError) in
            question == "get a.example" ? (code, output) : (0, #"{"Username":"u","Secret":"s"}"#)
        }
        let findings = program.store.credentials(of: ["a.example", "b.example"])
        #expect(findings.warnings == ["docker-credential-x get a.example: \(why)"])
        #expect(findings.credentials.map(\.server) == ["b.example"])
    }

    @Test(arguments: [SystemError.Code.timedOut, .notFound, .tooLarge])
    func `a program that cannot be run is not asked again`(code: SystemError.Code) {
        let program = Program { (_) throws(SystemError) in throw SystemError(code, "run", "docker-credential-x") }
        let findings = program.store.credentials(of: ["a.example", "b.example"])
        #expect(findings.credentials == [])
        #expect(
            findings.warnings == ["docker-credential-x is not asked any more: cannot run docker-credential-x: \(code)"])
        #expect(program.asked.count == 1)
    }

    @Test(arguments: ["", "../x", "a/b", "a b", "a\u{0}b", "\n", String(repeating: "x", count: 101)])
    func `what is no program's name makes no store`(name: String) {
        #expect(ProgramCredentialStore(name: name) == nil)
    }

    @Test
    func `a missing program is a warning that names it`() throws {
        let store = try #require(ProgramCredentialStore(name: "berth-test-missing"))
        let findings = store.credentials(of: ["a.example"])
        #expect(
            findings.warnings == [
                "docker-credential-berth-test-missing is not asked any more: "
                    + "cannot run docker-credential-berth-test-missing: No such file or directory"
            ])
    }

    @Test
    func `a real program is run with the registry on its standard input`() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.file(
            "docker-credential-real",
            """
            #!/bin/sh
            server=$(cat)
            test "$#" = 1 || exit 9
            case "$1 $server" in
            "list unused") echo '{"a.example": "u"}' ;;
            "get a.example") printf '{"ServerURL": "%s", "Username": "u", "Secret": "p:\\\\u00e9"}\\n' "$server" ;;
            *) exit 8 ;;
            esac
            """, mode: 0o755)
        let store = ProgramCredentialStore(program: path) { (verb, input) throws(SystemError) in
            try HelperProgram.run(path, [verb], input: input, outputLimit: 65_536, seconds: 10)
        }
        let findings = store.credentials(allowedBy: .all)
        #expect(findings.warnings == [])
        #expect(findings.credentials == [StoredCredential(server: "a.example", Credential("u", "p:é"), from: path)])
    }
}
