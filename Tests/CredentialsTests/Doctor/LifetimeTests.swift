internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import JSON
internal import TestSupport
internal import Testing

@Suite("doctor and the end of credentials")
struct LifetimeTests {
    struct Password: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let user: String
        let text: String
        let lifetime: RegistryLogin.Lifetime

        init(_ what: String, _ text: String, by user: String = "user", _ lifetime: RegistryLogin.Lifetime) {
            testDescription = what
            self.user = user
            self.text = text
            self.lifetime = lifetime
        }
    }

    private static let end = Patient.now + 7200

    static let passwords: [Password] = [
        Password("a JSON Web Token", Patient.token(["exp": .integer(end)]), .until(end)),
        Password("a JSON Web Token with a fraction", Patient.token(["exp": .real(Double(end) + 0.5)]), .until(end)),
        Password("a JSON Web Token without an end", Patient.token(["sub": "me"]), .unknown),
        Password("one of ECR", ecr(end), by: "AWS", .until(end)),
        Password("one like ECR's without an end", ecr(nil), by: "AWS", .unknown),
        Password("GitHub's of a job", "ghs_abcdefgh", .job),
        Password("GitHub's of a person", "ghp_abcdefgh", .unlimited),
        Password("GitHub's with fine grains", "github_pat_abc", .unlimited),
        Password("GitLab's of a job", "glcbt-64_abc", .job),
        Password("GitLab's of a person", "glpat-abc", .unlimited),
        Password("GitLab's deploy token", "gldt-abc", .unlimited),
        Password("Docker Hub's of a person", "dckr_pat_abc", .unlimited),
        Password("Docker Hub's of an organization", "dckr_oat_abc", .unlimited),
        Password("Google's access token", "ya29.abc", by: "oauth2accesstoken", .short),
        Password("Google's access token of another kind", "abc", by: "oauth2accesstoken", .short),
        Password("Google's key", "{}", by: "_json_key", .unlimited),
        Password("any other", "hunter2", .unknown),
        Password("the job's own, by its variable", "as-the-job-has-it", .job),
        Password("something with dots", "a.b.c", .unknown),
    ]

    private static func ecr(_ end: Int?) -> String {
        let filler = String(repeating: "x", count: 200)
        let rest = end.map { #","expiration":\#($0)"# } ?? ""
        return base64(Array(#"{"payload":"\#(filler)"\#(rest)}"#.utf8))
    }

    @Test("is read from the credential, where that tells it", arguments: passwords)
    func read(password: Password) throws {
        var patient = Patient.gitLab
        patient.environment["CI_JOB_TOKEN"] = "as-the-job-has-it"
        patient.writeConfig(Patient.config(["registry.example.com": (password.user, password.text)]))
        let login = try #require(patient.report().logins.first)
        #expect(login.lifetime == password.lifetime)
    }

    @Test("is that of the identity token, where there is one beside the password")
    func identityToken() throws {
        var patient = Patient.gitLab
        let token = Patient.token(["exp": .integer(Self.end)])
        patient.writeConfig(
            #"{"auths": {"registry.example.com": {"auth": "\#(Patient.auth("u", "ghp_x"))", "identitytoken": "\#(token)"}}}"#
        )
        #expect(try #require(patient.report().logins.first).lifetime == .until(Self.end))
    }

    @Test("is no matter of a login where there is a registry token", arguments: ["", #", "registrytoken": "t""#])
    func registryToken(member: String) throws {
        var patient = Patient.gitLab
        patient.writeConfig(
            #"{"auths": {"registry.example.com": {"auth": "\#(Patient.auth("u", "p"))"\#(member)}}}"#)
        #expect(try #require(patient.report().logins.first).isTriable == member.isEmpty)
    }

    @Test("is JSON with RFC 3339, and null where nobody knows it")
    func json() throws {
        var patient = Patient.gitLab
        patient.writeConfig(
            Patient.config([
                "a.example.com": ("u", Patient.token(["exp": .integer(Self.end)])), "b.example.com": ("u", "p"),
            ]))
        let object = try #require(patient.report().json.object)
        #expect(object.keys == ["findings", "registries", "ok", "warn", "fail"])
        let registries = (object["registries"]?.array ?? []).compactMap(\.object)
        let ends = Dictionary(uniqueKeysWithValues: registries.map { ($0["host"]?.string ?? "", $0["expiresAt"]) })
        #expect(ends["a.example.com"] == .string("2026-05-28T22:26:40Z"))
        #expect(ends["b.example.com"] == .null)
        for finding in (object["findings"]?.array ?? []).compactMap(\.object) {
            #expect(finding.keys == ["check", "status", "text", "hint"])
            #expect(["ok", "warn", "fail"].contains(finding["status"]?.string))
        }
    }

    @Test("of what is renewed is none before the job's", arguments: [60, 600, 3000])
    func renewed(left: Int) {
        var patient = Patient.gitHub
        patient.minted = .init(username: "AWS", secret: .init("x"), end: Patient.now + left)
        #expect(patient.report().findings.filter { $0.status != .ok } == [])
    }

    @Test(
        "of what was exchanged is the last one's, where the token has ended or ends before it", arguments: [-300, 60])
    func last(left: Int) {
        var patient = Patient.gitHub
        patient.environment["OIDC_TOKEN"] = Patient.token([
            "aud": "sts.amazonaws.com", "exp": .integer(Patient.now + left),
        ])
        patient.writeSources([Patient.request([.tokenVariable: "OIDC_TOKEN"])], system: "github")
        patient.minted = .init(username: "AWS", secret: .init("x"), end: Patient.now + 7200)
        #expect(patient.report().rows.first?.last == "2026-05-28T22:26:40Z (in 2h)")
        #expect(patient.report().count(.fail) == 0)
    }

    @Test(
        "is told in the two largest units",
        arguments: [
            (0, "in 0s"), (45, "in 45s"), (61, "in 1m"), (599, "in 9m"), (3600, "in 1h"), (7800, "in 2h10m"),
            (90_000, "in 1d1h"), (-45, "45s ago"), (-7800, "2h10m ago"),
        ])
    func words(left: Int, words: String) {
        var patient = Patient.gitLab
        let token = Patient.token(["exp": .integer(Patient.now + left)])
        patient.writeConfig(Patient.config(["registry.example.com": ("u", token)]))
        #expect(patient.report().rows.first?.last?.contains("(\(words))") == true)
    }

    @Test("of what was got in exchange and has ended is not told: a client gets a new one")
    func ended() {
        var patient = Patient.gitHub
        patient.minted = .init(username: "AWS", secret: .init("x"), end: Patient.now - 1)
        #expect(patient.report().rows.first?.last == "got when a client asks")
        #expect(patient.report().findings.filter { $0.status != .ok } == [])
    }
}

@Suite("doctor and where credentials come from")
struct LoginSourceTests {
    @Test("what a client gave berth counts before what is exchanged")
    func kept() {
        var patient = Patient.gitHub
        patient.write(
            Patient.config([Patient.ecr: ("AWS", "by-hand")]), to: "\(Patient.job)/docker/berth-store.json")
        #expect(patient.report().rows.first?[1] == "docker-credential-berth, which a client gave it")
    }

    @Test("a login by hand counts before what is exchanged, as it does for docker")
    func byHand() {
        var patient = Patient.gitHub
        patient.writeConfig(Patient.config([Patient.ecr: ("bob", "pw")]))
        #expect(patient.report().rows == [[Patient.ecr, "the job's docker config", "unknown"]])
    }

    @Test("a program of the machine's is named, and who names it")
    func program() {
        var patient = Patient.gitLab
        patient.write("program", to: "/usr/bin/docker-credential-pass", mode: 0o755)
        patient.writeConfig(#"{"auths": {}, "credHelpers": {"registry.example.com": "pass"}}"#)
        #expect(
            patient.report().rows == [
                [
                    "registry.example.com", "docker-credential-pass, by credHelpers in the job's docker config",
                    "unknown",
                ]
            ])
    }

    @Test("the machine's store is asked by berth, as far as the job may see it", arguments: [true, false])
    func inherited(isAllowed: Bool) {
        var patient = Patient.gitLab
        patient.write("program", to: "/usr/bin/docker-credential-pass", mode: 0o755)
        patient.writeConfig(#"{"auths": {}, "credHelpers": {"registry.example.com": "berth"}}"#)
        let inheritance = isAllowed ? Inheritance.all : .none
        let sources = CredentialSources(
            system: "gitlab", jobKey: "5", store: .init(program: "pass", inheritance: inheritance))
        patient.write(sources.json.text(indented: false), to: "\(Patient.job)/sources.json")
        let rows = patient.report().rows.map { $0[1] }
        #expect(rows == (isAllowed ? ["docker-credential-pass, by the machine's docker config, read-only"] : []))
    }

    @Test("where berth is the helper of all registries, what a client gave it is there too")
    func keptOfAll() {
        var patient = Patient.gitLab
        patient.writeConfig(#"{"credsStore": "berth", "auths": {}}"#)
        patient.write(
            Patient.config(["registry.example.com": ("u", "by-hand")]), to: "\(Patient.job)/docker/berth-store.json")
        let report = patient.report()
        #expect(report.rows.map { $0[1] } == ["docker-credential-berth, which a client gave it"])
        #expect(report.count(.fail) == 0)
    }

    @Test("Docker Hub is one registry, by whatever name")
    func dockerHub() {
        var patient = Patient.gitLab
        patient.writeConfig(
            Patient.config(["https://index.docker.io/v1/": ("u", "dckr_pat_x"), "docker.io": ("u", "dckr_pat_x")]))
        #expect(patient.report().rows.map { $0[0] } == ["docker.io"])
    }
}
