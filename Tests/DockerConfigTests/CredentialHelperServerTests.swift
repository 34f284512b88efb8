internal import DockerConfig
internal import JSON
internal import POSIX
internal import TestSupport
internal import Testing

/// docker's helper protocol, answered from a job's config.
@Suite struct CredentialHelperServerTests: ~Copyable {
    let scratch: ScratchDirectory
    let path: String

    init() throws {
        scratch = try ScratchDirectory()
        path = "\(scratch.path)/config.json"
    }

    /// What the tests' config has.
    static let config =
        #"{"auths":{"a.example":\#(entry("u", "p")),"https://index.docker.io/v1/":\#(entry("hub", "p:w")),"#
        + #""a.example/group":\#(entry("g", "p")),"token.example":{"auth":"\#(basicAuth("x", ""))","identitytoken":"<&>"},"#
        + #""access.example":{"registrytoken":"r"},"bad.example":{"auth":"%"},"berth.invalid":{}}}"#

    static func answer(_ server: String, _ username: String, _ secret: String) -> String {
        #"{"ServerURL":"\#(server)","Username":"\#(username)","Secret":"\#(secret)"}"# + "\n"
    }

    /// The user name of an identity token, as Go's encoder writes it.
    static let token = #"\u003ctoken\u003e"#

    static let notFound = "credentials not found in native keychain\n"
    static let noServer = "no credentials server URL\n"
    static let noUsername = "no credentials username\n"
    static let usage = "Usage: docker-credential-berth <store|get|erase|list|version>\n"

    // MARK: asking

    @Test(
        arguments: [
            ("a.example", answer("a.example", "u", "p"), 0), ("a.example\n", answer("a.example", "u", "p"), 0),
            ("  a.exa\nmple\r\n", answer("a.example", "u", "p"), 0),
            ("https://a.example", answer("https://a.example", "u", "p"), 0),
            ("https://a.example/v2/", answer("https://a.example/v2/", "u", "p"), 0),
            ("A.EXAMPLE", answer("A.EXAMPLE", "u", "p"), 0),
            ("https://index.docker.io/v1/", answer("https://index.docker.io/v1/", "hub", "p:w"), 0),
            ("docker.io", answer("docker.io", "hub", "p:w"), 0),
            ("index.docker.io", answer("index.docker.io", "hub", "p:w"), 0),
            // crane and cosign ask for whole repositories.
            ("a.example/other/app", answer("a.example/other/app", "u", "p"), 0),
            ("a.example/group/app", answer("a.example/group/app", "g", "p"), 0),
            // docker logout asks for its own tokens too, which no registry takes.
            ("https://index.docker.io/v1/access-token", notFound, 1),
            ("https://index.docker.io/v1/refresh-token", notFound, 1),
            ("index.docker.io/library/busybox", answer("index.docker.io/library/busybox", "hub", "p:w"), 0),
            ("token.example", answer("token.example", token, #"\u003c\u0026\u003e"#), 0),
            ("access.example", notFound, 1), ("bad.example", notFound, 1), ("berth.invalid", notFound, 1),
            ("a.example:443", notFound, 1), ("b.example", notFound, 1), ("https://", notFound, 1), ("a b", notFound, 1),
            ("\u{0}", notFound, 1), ("", noServer, 1), (" \n\r\n\t", noServer, 1),
        ] as [(String, String, Int32)])
    func `get`(server: String, output: String, code: Int32) throws {
        try Files.write(Self.config, to: path)
        #expect(ask(["get"], server) == Said(output, code))
    }

    @Test
    func `get answers with JSON that any other parser reads`() async throws {
        let password = "\"\\\n\u{7F}é🚢\u{1}</&>"
        try ConfigEditor(path: path).login(key("a.example"), Credential("ü", password))
        var jq = Command("jq", ["-j", ".Secret"])
        jq.input = Array(ask(["get"], "a.example").output.utf8)
        #expect(try await jq.succeed().text == password)
    }

    @Test
    func `list has every credential that get can give, once`() throws {
        try Files.write(Self.config, to: path)
        #expect(
            ask(["list"], "unused")
                == Said(
                    #"{"a.example":"u","https://index.docker.io/v1/":"hub","a.example/group":"g","token.example":"\#(Self.token)"}"#
                        + "\n", 0))
    }

    @Test(arguments: ["", "{}", #"{"auths":{}}"#, #"{"auths":{"berth.invalid":{}}}"#])
    func `list of nothing is an empty object`(text: String) throws {
        try Files.write(text, to: path)
        #expect(ask(["list"]) == Said("{}\n", 0))
    }

    @Test
    func `without a config there are no credentials`() {
        #expect(ask(["list"]) == Said("{}\n", 0))
        #expect(ask(["get"], "a.example") == Said(Self.notFound, 1))
    }

    @Test
    func `what the config does not have is asked for elsewhere`() throws {
        try Files.write(Self.config, to: path)
        let source = Elsewhere()
        let server = CredentialHelperServer(editor: ConfigEditor(path: path), version: "1", provider: source)
        #expect(
            said(server, ["get"], "https://minted.example")
                == Said(Self.answer("https://minted.example", "AWS", "minted"), 0))
        #expect(said(server, ["get"], "a.example") == Said(Self.answer("a.example", "u", "p"), 0))
        #expect(said(server, ["get"], "broken.example") == Said("no token; hint: try again\n", 1))
        #expect(said(server, ["get"], "other.example") == Said(Self.notFound, 1))
    }

    @Test
    func `list has what is known elsewhere, and the config's where both have it`() throws {
        try Files.write(#"{"auths":{"a.example":\#(entry("u", "p"))}}"#, to: path)
        let server = CredentialHelperServer(editor: ConfigEditor(path: path), version: "1", provider: Elsewhere())
        #expect(said(server, ["list"], "") == Said(#"{"a.example":"u","minted.example":"AWS"}"# + "\n", 0))
    }

    @Test
    func `what is stored wins over what is had elsewhere, until it is erased, and that is forgotten there too`() throws
    {
        try Files.write(#"{"credHelpers":{"minted.example":"berth"}}"#, to: path)
        let source = Elsewhere()
        let server = CredentialHelperServer(editor: ConfigEditor(path: path), version: "1", provider: source)
        let stored = #"{"ServerURL":"minted.example","Username":"own","Secret":"s"}"#
        #expect(said(server, ["store"], stored) == Said("", 0))
        #expect(said(server, ["get"], "minted.example") == Said(Self.answer("minted.example", "own", "s"), 0))
        #expect(said(server, ["erase"], "minted.example") == Said("", 0))
        #expect(source.forgotten.withLock { $0 } == ["minted.example"])
        #expect(said(server, ["get"], "minted.example") == Said(Self.answer("minted.example", "AWS", "minted"), 0))
    }

    @Test
    func `docker's own tokens are had under their names, and erased without what is minted for Docker Hub`() throws {
        let name = "https://index.docker.io/v1/access-token", source = Elsewhere()
        let server = CredentialHelperServer(editor: ConfigEditor(path: path), version: "1", provider: source)
        #expect(said(server, ["store"], #"{"ServerURL":"\#(name)","Username":"u","Secret":"t"}"#) == Said("", 0))
        #expect(said(server, ["get"], name) == Said(Self.answer(name, "u", "t"), 0))
        #expect(said(server, ["erase"], name) == Said("", 0))
        #expect(said(server, ["get"], name) == Said(Self.notFound, 1))
        #expect(source.forgotten.withLock { $0 } == [])
    }

    @Test(arguments: [
        ("store", #"{"ServerURL":"a.example","Username":"u","Secret":"hunter2"}"#), ("erase", "a.example"),
    ])
    func `outside of a job nothing is changed, and the config is read all the same`(verb: String, input: String) throws
    {
        try Files.write(Self.config, to: path)
        let server = CredentialHelperServer(editor: ConfigEditor(path: path), version: "1", isReadOnly: true)
        let before = Files.snapshot(scratch.path)
        #expect(
            said(server, [verb], input)
                == Said(
                    "docker-credential-berth: only a job's logins are changed, and this is no job; begin one with berth"
                        + " ci-env\n", 1))
        #expect(Files.differences(before, Files.snapshot(scratch.path)) == [])
        #expect(said(server, ["get"], "a.example") == Said(Self.answer("a.example", "u", "p"), 0))
    }

    // MARK: keeping

    @Test(arguments: [
        ("{}", noServer), ("[]", noServer), (#"{"Username":"u","Secret":"hunter2"}"#, noServer),
        (#"{"ServerURL":"","Username":"u","Secret":"hunter2"}"#, noServer),
        (#"{"ServerURL":7,"Username":"u","Secret":"hunter2"}"#, noServer),
        (#"{"ServerURL":"a.example","Secret":"hunter2"}"#, noUsername),
        (#"{"ServerURL":"a.example","Username":"","Secret":"hunter2"}"#, noUsername),
        (#"{"ServerURL":"https://","Username":"u","Secret":"hunter2"}"#, "the server URL has no host in it\n"),
        (
            #"{"ServerURL":"a.example","Username":"a:b","Secret":"hunter2"}"#,
            "the login to a.example cannot be written: its user name has a colon in it\n"
        ),
        (#"{"ServerURL":"hunter2"#, "no JSON at line 1, column 21: premature end of input\n"),
        ("", "no JSON at line 1, column 1: '[' or '{' expected near end of file\n"),
    ])
    func `store refuses what it cannot keep, without a word of it`(input: String, output: String) {
        #expect(ask(["store"], input) == Said(output, 1))
        #expect(!Files.exists(path))
    }

    @Test(arguments: [
        #"{"ServerURL":"a.example","Username":"new","Secret":"s"}"#,
        #"{"serverurl":"https://a.example/","USERNAME":"new","secret":"s"}"#,
        "{\n\"ServerURL\": \"a.example\",\n\"Username\": \"new\",\n\"Secret\": \"s\"\n}\n",
    ])
    func `store keeps what get then gives, and what all clients find in the config`(input: String) throws {
        try Files.write(Self.config, to: path)
        #expect(ask(["store"], input) == Said("", 0))
        #expect(ask(["get"], "a.example") == Said(Self.answer("a.example", "new", "s"), 0))
        #expect(try DockerConfigFile.load(path).credential(for: key("a.example")) == Credential("new", "s"))
    }

    @Test
    func `store keeps an identity token`() throws {
        #expect(ask(["store"], #"{"ServerURL":"a.example","Username":"<token>","Secret":"t"}"#) == Said("", 0))
        #expect(ask(["get"], "a.example") == Said(Self.answer("a.example", Self.token, "t"), 0))
        #expect(try DockerConfigFile.load(path).credential(for: key("a.example"))?.identityToken == Secret("t"))
    }

    @Test(
        arguments: [("a.example", 0), ("other.example", 0), ("a b", 0), ("docker.io", 0), ("", 1)] as [(String, Int32)])
    func `erase forgets what is there, and is content with what is not`(server: String, code: Int32) throws {
        try Files.write(Self.config, to: path)
        #expect(ask(["erase"], server) == Said(code == 0 ? "" : Self.noServer, code))
        if code == 0 { #expect(ask(["get"], server) == Said(Self.notFound, 1)) }
        #expect(ask(["get"], "token.example").code == 0)
    }

    @Test(arguments: ["get", "list", "store", "erase"])
    func `a corrupt config is an error that names it`(verb: String) throws {
        try Files.write("{", to: path)
        let input = verb == "store" ? #"{"ServerURL":"a.example","Username":"u","Secret":"s"}"# : "a.example"
        let answer = ask([verb], input)
        #expect(answer.code == 1)
        #expect(answer.output.hasPrefix("\(path): no JSON at line 1"))
        #expect(answer.output.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(try Files.text(path) == "{")
    }

    // MARK: as the helper that a config names

    /// What docker does after a login through a helper: it writes the config that it read before, with an empty entry.
    @Test(arguments: [#"{"credHelpers":{"a.example":"berth"},"x":1}"#, #"{"credsStore":"berth","x":1}"#])
    func `a login through docker survives that docker then writes its own config`(text: String) throws {
        try Files.write(text, to: path)
        #expect(ask(["store"], #"{"ServerURL":"a.example","Username":"u","Secret":"s"}"#) == Said("", 0))
        #expect(try Files.text(path) == text, "the helper stays in charge")
        try Files.write(#"{"auths":{"a.example":{}},"# + text.dropFirst(), to: path)
        #expect(ask(["get"], "a.example") == Said(Self.answer("a.example", "u", "s"), 0))
        #expect(ask(["list"]) == Said(#"{"a.example":"u"}"# + "\n", 0))
        #expect(Files.mode("\(scratch.path)/berth-store.json") == 0o600)

        #expect(ask(["erase"], "a.example") == Said("", 0))
        #expect(ask(["get"], "a.example") == Said(Self.notFound, 1))
        #expect(try Files.text("\(scratch.path)/berth-store.json").contains("a.example") == false)
    }

    @Test
    func `get gives what was written last, by store or by a login`() throws {
        let editor = ConfigEditor(path: path)
        try Files.write(#"{"credHelpers":{"a.example":"berth"}}"#, to: path)
        #expect(ask(["store"], #"{"ServerURL":"a.example","Username":"1","Secret":"s"}"#) == Said("", 0))
        try editor.login(key("a.example"), Credential("2", "s"))
        #expect(ask(["get"], "a.example") == Said(Self.answer("a.example", "2", "s"), 0))
        #expect(ask(["store"], #"{"ServerURL":"a.example","Username":"3","Secret":"s"}"#) == Said("", 0))
        #expect(ask(["get"], "a.example") == Said(Self.answer("a.example", "3", "s"), 0))
        #expect(try editor.logout(key("a.example")))
        #expect(ask(["get"], "a.example") == Said(Self.notFound, 1))
        #expect(try !Files.text("\(scratch.path)/berth-store.json").contains(basicAuth("1", "s")))
    }

    // MARK: the command line

    @Test(
        arguments: [
            ([], usage, 1), (["get", "x"], usage, 1), (["-h"], usage, 0), (["--help"], usage, 0),
            (["version"], "docker-credential-berth (berth) 1.2.3\n", 0),
            (["-v"], "docker-credential-berth (berth) 1.2.3\n", 0),
            (["--version"], "docker-credential-berth (berth) 1.2.3\n", 0),
            (["GET"], "docker-credential-berth: unknown action: GET\n", 1),
            ([""], "docker-credential-berth: unknown action: \n", 1),
        ] as [([String], String, Int32)])
    func `other words, without a look at standard input`(arguments: [String], output: String, code: Int32) {
        let server = CredentialHelperServer(editor: ConfigEditor(path: path), version: "1.2.3")
        let reply = server.respond(arguments) { () throws(SystemError) in
            Issue.record("standard input was read")
            return []
        }
        #expect(Said(reply) == Said(output, code))
    }

    @Test
    func `standard input that cannot be read is an error`() {
        let server = CredentialHelperServer(editor: ConfigEditor(path: path), version: "1")
        let reply = server.respond(["store"]) { () throws(SystemError) in
            throw SystemError(.tooLarge, "read", "standard input")
        }
        #expect(Said(reply) == Said("cannot read standard input: File too large\n", 1))
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["get", "store", "erase"])
    func `any bytes are answered`(verb: String) {
        for _ in 0..<300 {
            let input = (0..<Int.random(in: 0...40)).map { _ in UInt8.random(in: .min ... .max) }
            let server = CredentialHelperServer(editor: ConfigEditor(path: path), version: "1")
            let reply = Said(server.respond([verb]) { () throws(SystemError) in input })
            #expect([0, 1].contains(reply.code))
        }
    }

    @Test
    func `a reply does not print what is in it`() throws {
        try Files.write(Self.config, to: path)
        let server = CredentialHelperServer(editor: ConfigEditor(path: path), version: "1")
        let reply = server.respond(["get"]) { () throws(SystemError) in Array("docker.io".utf8) }
        #expect(reply.exitCode == 0)
        #expect(!"\(reply)".contains("p:w"))
    }

    private func ask(_ arguments: [String], _ input: String = "") -> Said {
        said(CredentialHelperServer(editor: ConfigEditor(path: path), version: "1.2.3"), arguments, input)
    }

    private func said(_ server: CredentialHelperServer, _ arguments: [String], _ input: String) -> Said {
        Said(server.respond(arguments) { () throws(SystemError) in Array(input.utf8) })
    }
}

/// A source that has one credential, and one that it should have and cannot give.
private final class Elsewhere: CredentialProvider {
    let forgotten = Locked<[String]>([])

    func credential(for registry: RegistryKey) throws(DockerConfigError) -> Credential? {
        switch registry.description {
        case "minted.example": return Credential("AWS", "minted")
        case "broken.example": throw DockerConfigError(.failed, "no token", hint: "try again")
        case "a.example": return Credential("wrong", "wrong")
        default: return nil
        }
    }

    func accounts() throws(DockerConfigError) -> [(registry: RegistryKey, username: String)] {
        [("a.example", "wrong"), ("minted.example", "AWS")].compactMap { name, user in
            RegistryKey(name).map { ($0, user) }
        }
    }

    func forget(_ registry: RegistryKey) throws(DockerConfigError) {
        forgotten.withLock { $0.append(registry.description) }
    }
}

/// A reply in the clear.
private struct Said: Equatable {
    let output: String
    let code: Int32

    init(_ output: String, _ code: Int32) {
        self.output = output
        self.code = code
    }

    init(_ reply: CredentialHelperServer.Reply) {
        self.init(reply.output.withValue { $0 }, reply.exitCode)
    }
}
