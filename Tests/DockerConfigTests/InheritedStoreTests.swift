@testable internal import DockerConfig
internal import POSIX
internal import TestSupport
internal import Testing

/// The machine's credential store, as a job's helper reads it.
@Suite("The inherited store")
struct InheritedStoreTests {
    let asked = Locked<[String]>([])
    let warnings = Locked<[String]>([])

    /// A store whose program says this, by verb and input.
    private func store(
        _ inheritance: Inheritance,
        _ answer:
            @escaping @Sendable (_ verb: String, _ input: String) throws(SystemError) -> (code: Int32, text: String)
    ) -> InheritedStore {
        let asked = asked, warnings = warnings
        let program = ProgramCredentialStore(program: "docker-credential-x") { (verb, input) throws(SystemError) in
            let input = String(decoding: input, as: UTF8.self)
            asked.withLock { $0.append("\(verb) \(input)") }
            let (code, text) = try answer(verb, input)
            return HelperProgram.Answer(code: code, output: Array(text.utf8))
        }
        return InheritedStore(program, inheritance: inheritance) { text in warnings.withLock { $0.append(text) } }
    }

    private static let good = #"{"ServerURL":"","Username":"u","Secret":"s"}"#
    private static let notFound = "credentials not found in native keychain"

    @Test(
        "is asked for a registry by the name that docker keeps it under, and only for what the job may see",
        arguments: [
            ("a.example", "all", "get a.example"), ("a.example/group", "all", "get a.example"),
            ("docker.io", "all", "get https://index.docker.io/v1/"),
            ("a.example", "a.example,b.example", "get a.example"),
            ("c.example", "a.example", nil), ("a.example", "none", nil),
        ] as [(String, String, String?)])
    func inheritance(name: String, allowed: String, question: String?) throws {
        let store = store(try #require(Inheritance(allowed))) { _, _ in (0, Self.good) }
        let found = try store.credential(for: key(name))
        #expect((found?.username == "u") == (question != nil))
        #expect(asked.withLock { $0 } == [question].compactMap(\.self))
    }

    @Test("that fails has nothing, and that is said without its words")
    func failure() throws {
        #expect(try store(.all) { _, _ in (1, "hunter2") }.credential(for: key("a.example")) == nil)
        #expect(warnings.withLock { $0 } == ["docker-credential-x get a.example: exit code 1"])
        #expect(try store(.all) { _, _ in (1, Self.notFound) }.credential(for: key("a.example")) == nil)
        #expect(warnings.withLock { $0.count } == 1)
    }

    @Test("that does not answer is an error, and not a registry without a credential")
    func timeout() throws {
        let store = store(.all) { _, _ throws(SystemError) in throw SystemError(.timedOut, "run", "x") }
        let error = try #require(throws: DockerConfigError.self) { try store.credential(for: key("a.example")) }
        #expect(error.text == "docker-credential-x get a.example: no answer within 60 s")
        let missing = self.store(.all) { _, _ throws(SystemError) in throw SystemError(.notFound, "run", "x") }
        #expect(try missing.credential(for: key("a.example")) == nil)
    }

    @Test("lists what the job may see, and asks for no secret")
    func list() throws {
        let listed = #"{"a.example":"u","b.example":"v","https://index.docker.io/v1/access-token":"t"}"#
        let store = store(try #require(Inheritance("a.example,docker.io"))) { _, _ in (0, listed) }
        #expect(try store.accounts().map { "\($0.registry) \($0.username)" } == ["a.example u"])
        #expect(asked.withLock { $0 } == ["list unused"])
    }

    @Test("is never changed")
    func forget() throws {
        try store(.all) { _, _ in (0, "") }.forget(key("a.example"))
        #expect(asked.withLock { $0 }.isEmpty)
    }

    @Test("is never berth itself, which would ask itself for ever, and never a path", arguments: ["berth", "../x", ""])
    func refused(name: String) {
        #expect(InheritedStore(program: name, inheritance: .all) { _ in } == nil)
    }
}
