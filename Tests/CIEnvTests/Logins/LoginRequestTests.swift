@testable internal import CIEnv
internal import DockerConfig
internal import Testing

/// Logins that somebody asks for by the names of variables.
@Suite struct LoginRequestTests {
    @Test(arguments: [
        "registry.example.com", "localhost:5000", "127.0.0.1", "[::1]:5000", "docker.io", "a_b:1", "R.Example.COM",
        "registry.example.com/group/app",
    ])
    func `a request names a registry and two variables`(registry: String) throws {
        let request = try LoginRequest("\(registry)=USER_NAME,_password2", from: "--login")
        #expect(request.registry == registry)
        #expect(request.userVariable == "USER_NAME")
        #expect(request.passwordVariable == "_password2")
    }

    @Test(arguments: [
        "", "=", "host", "host=", "host=A", "host=A,", "host=,B", "host=A,B,C", "=A,B", "host=A,B=C", "host=1A,B",
        "host=A-X,B", "host=A, B", "host=$A,$B", "ho st=A,B", "me:hunter2@host=A,B", "https://host=A,B", "host:=A,B",
        "host:0=A,B", "host:65536=A,B", "host:x=A,B", "-host=A,B", "host..b=A,B", ".=A,B", "[::1=A,B", "[]=A,B",
        "[x]=A,B", "host?x=A,B", "höst=A,B", "host/ü=A,B", "host=me,hunter-2",
    ])
    func `anything else is refused, without a word of it`(text: String) throws {
        let error = #expect(throws: CIEnvError.self) { try LoginRequest(text, from: "--login") }
        #expect(error?.kind == .usage)
        #expect(error?.text == "--login: not of the form HOST=USERVAR,PASSWORDVAR")
        #expect(error?.hint?.contains("hunter") == false)
    }

    @Test func `BERTH_LOGIN holds several, with blanks and newlines between them`() throws {
        let requests = try LoginRequest.list(" a.example.com=A,B\n\tb.example.com=C,D  \n")
        #expect(requests.map(\.registry) == ["a.example.com", "b.example.com"])
        #expect(requests.map(\.passwordVariable) == ["B", "D"])
        #expect(try LoginRequest.list(" \n").isEmpty)
    }

    @Test func `a mistake in BERTH_LOGIN is told by its number`() {
        #expect(
            throws: CIEnvError(
                .badConfiguration, "BERTH_LOGIN: number 2 is not of the form HOST=USERVAR,PASSWORDVAR",
                hint: "such as registry.example.com=REGISTRY_USER,REGISTRY_PASSWORD: names of variables, no secrets")
        ) { try LoginRequest.list("a.example.com=A,B b.example.com=hunter2") }
    }

    @Test func `the variables' values are the credentials`() throws {
        let request = try LoginRequest("r.example.com=U,P", from: "--login")
        let login = try request.resolve(in: Environment(["U": "me", "P": "a secret\n"]))
        #expect(
            login == Login(registry: "r.example.com", username: "me", password: Secret("a secret\n"), source: "U, P"))
    }

    @Test(arguments: [
        (["R_PASSWORD": "p"], "R_USER"), (["R_USER": "u"], "R_PASSWORD"), ([:], "R_PASSWORD"),
        (["R_USER": "u", "R_PASSWORD": ""], "R_PASSWORD"),
    ])
    func `a variable that is not set is named`(environment: [String: String], name: String) throws {
        let request = try LoginRequest("r.example.com=R_USER,R_PASSWORD", from: "--login")
        let error = #expect(throws: CIEnvError.self) { try request.resolve(in: Environment(environment)) }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.text == "no login to r.example.com: \(name) is not set")
    }

    @Test(arguments: [
        "hunter2", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "AKIAIOSFODNN7EXAMPLE", "JBSWY3DPEHPK3PXP",
    ])
    func `a secret in a name's place is not shown`(secret: String) throws {
        for text in ["r.example.com=\(secret),R_PASSWORD", "r.example.com=R_USER,\(secret)"] {
            let request = try LoginRequest(text, from: "--login")
            let environment = Environment(["R_USER": "u", "R_PASSWORD": "p"])
            let error = #expect(throws: CIEnvError.self) { try request.resolve(in: environment) }
            #expect(error?.text.contains(secret) == false)
            #expect(error?.text.contains("the variable that was named for the ") == true)
            #expect(error?.hint?.contains(secret) == false)
        }
    }

    @Test func `a job from a fork goes on without, and says so`() throws {
        let request = try LoginRequest("r.example.com=R_USER,R_PASSWORD", from: "--login")
        var set = LoginSet()
        try set.add(request, in: Environment([:]), excuse: "the job is from a fork, which is given no secrets")
        #expect(set.logins.isEmpty)
        #expect(
            set.notes == [
                "no login to r.example.com: R_PASSWORD is not set; the job is from a fork, which is given no secrets"
            ])
        #expect(throws: CIEnvError.self) { try set.add(request, in: Environment([:]), excuse: nil) }
    }

    @Test func `whether it is a fork is asked only where credentials are missing`() throws {
        let request = try LoginRequest("r.example.com=U,P", from: "--login")
        var set = LoginSet()
        var wasAsked = false
        func excuse() -> String? {
            wasAsked = true
            return "the job is from a fork"
        }
        try set.add(request, in: Environment(["U": "u", "P": "p"]), excuse: excuse())
        #expect(!wasAsked)
        #expect(set.logins.count == 1)
    }

    @Test func `BERTH_REGISTRY asks for a login on every system`() throws {
        #expect(try LoginRequest.neutral(in: Environment([:])) == nil)
        let environment = Environment([
            "BERTH_REGISTRY": "r.example.com:5000", "BERTH_REGISTRY_USER": "me", "BERTH_REGISTRY_PASSWORD": "p",
        ])
        let login = try LoginRequest.neutral(in: environment)?.resolve(in: environment)
        #expect(login?.registry == "r.example.com:5000")
        #expect(login?.username == "me")
        #expect(login?.source == "BERTH_REGISTRY_USER, BERTH_REGISTRY_PASSWORD")
    }

    @Test func `a BERTH_REGISTRY that is none is refused, without a word of it`() {
        #expect(
            throws: CIEnvError(
                .badConfiguration, "BERTH_REGISTRY: no registry's name", hint: "such as registry.example.com")
        ) { try LoginRequest.neutral(in: Environment(["BERTH_REGISTRY": "me:hunter2@r.example.com"])) }
    }
}
