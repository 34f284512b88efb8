internal import CIEnv
internal import DockerConfig
internal import Testing

/// `--login HOST=USERVAR,PASSWORDVAR` and `BERTH_LOGIN`.
@Suite struct LoginRequestTests {
    @Test(arguments: [
        "ghcr.io", "registry.example.com:5000", "docker.io", "harbor.example.com/team",
        "[2001:db8::1]:5000",
    ])
    func `a request names a registry and two variables`(registry: String) throws {
        let request = try LoginRequest("\(registry)=GHCR_USER,_token2", from: "--login")
        #expect(request.registry == registry)
        #expect(request.userVariable == "GHCR_USER")
        #expect(request.passwordVariable == "_token2")
    }

    @Test(arguments: [
        "", "hunter2", "=U,P", "ghcr.io", "ghcr.io=", "ghcr.io=U", "ghcr.io=U,", "ghcr.io=,P", "ghcr.io=U,P,X",
        "ghcr.io=U=P", "ghcr.io=U,P=hunter2", "ghcr.io=me,ghp-hunter2", "ghcr.io=$U,$P", "ghcr.io=1U,P", "ghcr.io=U,P Q",
        "gh cr.io=U,P", "ghcr.io=É,P", "ghcr.io=me:hunter2",
    ])
    func `anything else is refused, and not repeated`(text: String) throws {
        let error = try #require(throws: CIEnvError.self) { try LoginRequest(text, from: "--login") }
        #expect(error.kind == .usage)
        #expect(error.text.hasPrefix("--login: "))
        #expect(error.hint != nil)
        #expect(!"\(error.text) \(error.hint ?? "")".contains("hunter2"))
    }

    @Test(arguments: [
        ("a.io=U,P b.io=V,Q", ["a.io", "b.io"]), ("a.io=U,P\nb.io=V,Q\n", ["a.io", "b.io"]),
        ("  a.io=U,P \t\r\n  b.io=V,Q  ", ["a.io", "b.io"]), ("a.io=U,P", ["a.io"]), ("", []), (" \n ", []),
    ])
    func `BERTH_LOGIN holds several with blanks or newlines between them`(text: String, registries: [String]) throws {
        #expect(try LoginRequest.list(text).map(\.registry) == registries)
    }

    @Test(arguments: ["a.io=U,P hunter2", "a.io=U, P", "a.io=U,P;b.io=V,Q"])
    func `what is wrong in BERTH_LOGIN is the environment's fault`(text: String) throws {
        let error = try #require(throws: CIEnvError.self) { try LoginRequest.list(text) }
        #expect(error.kind == .badConfiguration)
        #expect(error.text.hasPrefix("BERTH_LOGIN: "))
        #expect(!"\(error.text) \(error.hint ?? "")".contains("hunter2"))
    }

    @Test func `the variables' values are the credentials`() throws {
        let request = try LoginRequest("ghcr.io=U,P", from: "--login")
        let login = try request.resolve(in: Environment(["U": "me", "P": "hunter2"]))
        #expect(login == Login(registry: "ghcr.io", username: "me", password: Secret("hunter2"), source: "U, P"))
        #expect(!"\(login)".contains("hunter2"))
    }

    @Test(arguments: [
        (["GHCR_TOKEN_2": "hunter2"], "GHCR_USER"), (["GHCR_USER": "me"], "GHCR_TOKEN_2"),
        (["GHCR_USER": "me", "GHCR_TOKEN_2": ""], "GHCR_TOKEN_2"), (["GHCR_USER": "", "GHCR_TOKEN_2": "h"], "GHCR_USER"),
    ])
    func `a variable that is not set is named`(environment: [String: String], missing: String) throws {
        let request = try LoginRequest("ghcr.io=GHCR_USER,GHCR_TOKEN_2", from: "--login")
        let error = try #require(throws: CIEnvError.self) { try request.resolve(in: Environment(environment)) }
        #expect(error.kind == .badConfiguration)
        #expect(error.text.contains("\(missing) is not set"))
        #expect(error.text.contains("ghcr.io"))
    }

    @Test(arguments: ["ghp_hunter2", "hunter2", "Hunter_2"])
    func `a password in a variable's place is not repeated`(password: String) throws {
        let request = try LoginRequest("ghcr.io=GHCR_USER,\(password)", from: "--login")
        let error = try #require(throws: CIEnvError.self) { try request.resolve(in: Environment(["GHCR_USER": "me"])) }
        #expect(!"\(error.text) \(error.hint ?? "")".lowercased().contains("hunter"))
    }
}
