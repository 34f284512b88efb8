internal import DockerConfig
internal import JSON
internal import TestSupport
internal import Testing

@Suite struct CredentialTests {
    @Test(arguments: [
        (entry("user", "pw"), Credential("user", "pw")),
        (entry("user", "p:w::"), Credential("user", "p:w::")),
        (entry("user", ""), Credential("user", "")),
        (entry("gitlab-ci-token", "glcbt-64_abc"), Credential("gitlab-ci-token", "glcbt-64_abc")),
        (entry("ü", "pässwörd 🚢"), Credential("ü", "pässwörd 🚢")),
        (entry("user", "pw\u{0}\u{0}"), Credential("user", "pw")),
        (#"{"username":"user","password":"pw"}"#, Credential("user", "pw")),
        (#"{"username":"user"}"#, Credential("user", "")),
        (#"{"Username":"user","PASSWORD":"pw","email":"a@b","serveraddress":"x"}"#, Credential("user", "pw")),
        (#"{"Auth":"dTpw"}"#, Credential("u", "p")),
        (#"{"auth":"dTpw","username":"other","password":"other"}"#, Credential("u", "p")),
        (#"{"auth":"","username":"u","password":"p"}"#, Credential("u", "p")),
        (#"{"auth":null,"username":"u","password":null}"#, Credential("u", "")),
        ("{\"auth\":\"dT\\npw\\n\"}", Credential("u", "p")),
    ])
    func `an entry is read as docker reads it`(text: String, expected: Credential) throws {
        #expect(try Credential(entry: value(text)) == expected)
    }

    @Test(arguments: ["{}", #"{"auth":""}"#, #"{"auth":null}"#, #"{"email":"a@example.com"}"#, #"{"username":""}"#])
    func `an empty entry is no credential`(text: String) throws {
        #expect(try Credential(entry: value(text)) == nil)
        #expect(try Credential(entry: .null) == nil)
    }

    @Test(arguments: [
        (#"{"auth":"%%%"}"#, "its auth is not Base64"), (#"{"auth":"dTpw="}"#, "its auth is not Base64"),
        (#"{"auth":"bm9jb2xvbg=="}"#, "its auth has no colon in it"), (#"{"auth":"Og=="}"#, "it has no user name"),
        (#"{"auth":"OnB3"}"#, "it has no user name"), (#"{"auth":"/zpw"}"#, "its auth is not UTF-8"),
        (#"{"password":"hunter2"}"#, "it has no user name"), (#"{"auth":7}"#, "its auth is not text"),
        (#"{"username":["hunter2"]}"#, "its username is not text"),
        (#"{"username":"a:b","password":"hunter2"}"#, "its user name has a colon in it"),
        (#"{"identitytoken":{"hunter2":1}}"#, "its identitytoken is not text"),
    ])
    func `an entry that cannot be decoded says why and not what`(text: String, reason: String) throws {
        let error = try #require(throws: EntryError.self) { try Credential(entry: value(text)) }
        #expect(error.description == reason)
    }

    @Test(arguments: [JSONValue.integer(7), .string("dTpw"), .array([]), .bool(true)])
    func `what is no object is no entry`(entry: JSONValue) throws {
        let error = try #require(throws: EntryError.self) { try Credential(entry: entry) }
        #expect(error.description == "it is not an object")
    }

    /// podman needs an `auth` with a colon beside a token; docker refuses a file with an `auth` that has no user.
    @Test(arguments: [
        (entry("user", "p:w"), entry("user", "p:w")), (#"{"username":"user","password":"pw"}"#, entry("user", "pw")),
        (#"{"identitytoken":"t"}"#, #"{"auth":"\#(basicAuth("<token>", ""))","identitytoken":"t"}"#),
        (#"{"auth":"Og==","identitytoken":"t"}"#, #"{"auth":"\#(basicAuth("<token>", ""))","identitytoken":"t"}"#),
        (#"{"registrytoken":"r"}"#, #"{"auth":"\#(basicAuth("<token>", ""))","registrytoken":"r"}"#),
        (
            #"{"auth":"\#(basicAuth("00000000-0000-0000-0000-000000000000", ""))","identitytoken":"t"}"#,
            #"{"auth":"\#(basicAuth("00000000-0000-0000-0000-000000000000", ""))","identitytoken":"t"}"#
        ),
        (#"{"username":"u","identitytoken":"t"}"#, #"{"auth":"\#(basicAuth("u", ""))","identitytoken":"t"}"#),
    ])
    func `the portable form has an auth with a user and a colon`(text: String, expected: String) throws {
        let credential = try #require(try Credential(entry: value(text)))
        #expect(try credential.portableEntry() == value(expected))
    }

    @Test
    func `a user name with a colon has no portable form`() {
        #expect(throws: EntryError.self) { try Credential("a:b", "pw").portableEntry() }
        #expect(throws: EntryError.self) { try Credential("", "pw").portableEntry() }
    }

    @Test
    func `a helper's token user makes an identity token`() {
        let credential = Credential(helperUsername: "<token>", secret: Secret("t"))
        #expect(credential.identityToken == Secret("t"))
        #expect(credential.username == "")
        #expect(Credential(helperUsername: "u", secret: Secret("p")) == Credential("u", "p"))
    }

    @Test
    func `any user and password come back from the portable form`() throws {
        let characters: [Character] = ["a", ":", "é", "\"", "\\", "\n", "=", "/", "🚢", " ", "\u{301}", "%"]
        for _ in 0..<500 {
            func text(_ range: ClosedRange<Int>) -> String {
                String((0..<Int.random(in: range)).compactMap { _ in characters.randomElement() })
            }
            let user = "u" + text(0...6).unicodeScalars.filter { $0 != ":" }.map(String.init).joined()
            let credential = Credential(user, text(0...12))
            #expect(try Credential(entry: credential.portableEntry()) == credential)
        }
    }

    @Test
    func `no secret of a credential is printed`() throws {
        let credential = Credential(
            username: "u", password: Secret("hunter2"), identityToken: Secret("hunter3"),
            registryToken: Secret("hunter4"))
        var dumped = ""
        dump(credential, to: &dumped)
        #expect(!"\(credential) \(String(reflecting: credential)) \(dumped)".contains("hunter"))
        #expect("\(credential)".contains("***"))
    }

    private func value(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }
}
