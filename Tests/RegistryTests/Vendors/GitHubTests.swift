import DockerConfig
@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("GitHub")
struct GitHubTests {
    private func stage() throws -> VendorStage { try VendorStage(FakeGitHub.self) }

    // MARK: whose registry it is

    static let hosts: [(host: String, variables: [String: String], isGitHub: Bool)] = [
        ("ghcr.io", [:], true), ("docker.pkg.github.com", [:], true), ("containers.acme.ghe.com", [:], true),
        ("containers.a.b.ghe.com", [:], false), ("containers.ghe.com", [:], false),
        ("containers.acme.ghe.com.evil.example", [:], false), ("ghcr.io.evil.example", [:], false),
        ("containers.git.example", [:], false),
        ("containers.git.example", ["GITHUB_SERVER_URL": "https://git.example"], true),
        ("docker.git.example", ["GITHUB_SERVER_URL": "https://git.example"], true),
        ("containers.git.example", ["GITHUB_API_URL": "https://git.example/api/v3"], true),
        ("containers.other.example", ["GITHUB_SERVER_URL": "https://git.example"], false),
        ("containers.github.com", ["GITHUB_SERVER_URL": "https://github.com"], false),
    ]

    @Test("is known by its registries' hosts", arguments: hosts)
    func known(host: String, variables: [String: String], isGitHub: Bool) throws {
        var settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        settings.variable = { variables[$0] }
        let finding = VendorTable.known(try RegistryHost(host), settings)
        #expect((finding?.vendor.name == "github") == isGitHub)
    }

    // MARK: where the API is, and what lets in

    struct Place: Sendable, CustomTestStringConvertible {
        var host = "ghcr.io"
        var variables: [String: String] = [:]
        var option: String?
        var login: String?
        /// The first request, with what lets it in.
        var asks: String

        var testDescription: String { "\(host) \(variables.keys.sorted()) \(option ?? "-") \(login ?? "-")" }
    }

    private static let server = [
        "GITHUB_SERVER_URL": "https://git.example", "GITHUB_API_URL": "https://git.example/api/v3",
        "GITHUB_TOKEN": "job",
    ]

    static let places: [Place] = [
        Place(option: "o", login: "l", asks: "https://api.github.com/users/acme | Bearer o"),
        Place(variables: ["GITHUB_TOKEN": "e"], option: "o", asks: "https://api.github.com/users/acme | Bearer o"),
        Place(
            variables: ["GITHUB_TOKEN": "e", "GH_TOKEN": "h"], login: "l",
            asks: "https://api.github.com/users/acme | Bearer e"),
        Place(variables: ["GH_TOKEN": "h"], asks: "https://api.github.com/users/acme | Bearer h"),
        Place(login: "l", asks: "https://api.github.com/users/acme | Bearer l"),
        Place(
            variables: ["BERTH_GITHUB_API_URL": "https://proxy.example/gh"], login: "l",
            asks: "https://proxy.example/gh/users/acme | Bearer l"),
        Place(host: "containers.acme.ghe.com", login: "l", asks: "https://api.acme.ghe.com/users/acme | Bearer l"),
        Place(
            host: "containers.git.example", variables: server,
            asks: "https://git.example/api/v3/users/acme | Bearer job"),
        // What an Enterprise Server gives its jobs is nothing for the public GitHub.
        Place(variables: server, login: "l", asks: "https://api.github.com/users/acme | Bearer l"),
        // Nor is another registry's password.
        Place(
            host: "r.example", variables: server, login: "l", asks: "https://git.example/api/v3/users/acme | Bearer job"
        ),
    ]

    @Test("is asked where the registry's own API is, with what is meant for that", arguments: places)
    func place(place: Place) async throws {
        let client = ScriptedClient([.status(404)])
        var settings = RegistrySettings(client: client) { _ in
            place.login.map { Credential(username: "u", password: Secret($0)) }
        }
        settings.variable = { place.variables[$0] }
        settings.implementation = NamedImplementation("github", source: "the test")
        if let option = place.option { settings.secrets[.githubToken] = Secret(option) }
        let repository = try await ManagedRepository.open(try Repository("\(place.host)/acme/app"), settings)
        await #expect(throws: RegistryError.self) { try await repository.tags([]) { _, _ in } }
        let parts = (client.asked.first ?? "").split(separator: " | ").map(String.init)
        let token = parts.first { $0.hasPrefix("Authorization: ") }?.dropFirst("Authorization: ".count) ?? "-"
        #expect("\(parts.first?.dropFirst("GET ".count) ?? "-") | \(token)" == place.asks)
    }

    @Test("gives its job's token to no registry of another's", arguments: [("ghcr.io", true), ("r.example", false)])
    func login(host: String, isGiven: Bool) async throws {
        var settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        settings.variable = { ["GITHUB_TOKEN": "job", "GITHUB_ACTOR": "octocat"][$0] }
        let context = VendorContext(try Repository("\(host)/acme/app"), settings)
        let login = try await GitHubVendor.login(context)
        #expect(login == (isGiven ? Credential(username: "octocat", password: Secret("job")) : nil))
    }

    @Test("shows what is public by the registry where there is no token, and says what deleting needs")
    func anonymous() async throws {
        let stage = try stage()
        stage.image(1, ["a"])
        var settings = stage.settings
        settings.secrets = [:]
        let repository = try await ManagedRepository.open(try Repository(FakeGitHub.repository), settings)
        #expect(try await repository.tags([]) { _, _ in }.map(\.tag.text) == ["a"])
        let error = await #expect(throws: RegistryError.self) {
            _ = try await repository.delete([DeletionTarget(.tag(try Tag("a")))], force: false) { _, _ in }
        }
        #expect(error?.kind == .denied)
        #expect(error?.hint?.contains("--repo-github-token") == true)
        #expect(stage.tags.keys.sorted() == ["a"])
    }

    // MARK: lists

    @Test("lists a user's private package as the user's own")
    func ownPackage() async throws {
        let stage = try stage()
        stage.with { $0.notes["owner"] = "User" }
        stage.image(1, ["a"])
        #expect(try await stage.open().tags([]) { _, _ in }.map(\.tag.text) == ["a"])
        #expect(stage.lines.last?.contains("/user/packages/") == true)
    }

    @Test("lists all, also where only the next page is told", arguments: ["next", "last"])
    func links(kind: String) async throws {
        let stage = try stage()
        stage.with { $0.notes["links"] = kind }
        for number in 0..<250 { stage.image(number, ["t-\(number)"], minute: number) }
        #expect(try await stage.open().tags([]) { _, _ in }.count == 250)
        #expect(stage.lines.count == 4)
    }

    @Test("lists a version once that has moved to the next page")
    func movedPage() async throws {
        let page =
            #"[{"id":7,"name":"sha256:\#(String(repeating: "a", count: 64))","metadata":{"container":{"tags":["x"]}}}]"#
        let link =
            #"<https://api.github.com/orgs/acme/packages/container/app/versions?per_page=100&page=2>; rel="next""#
        let client = ScriptedClient([
            .status(200, [:], #"{"type":"Organization"}"#), .status(200, ["Link": link], page),
            .status(200, [:], "\(page) "),
        ])
        var settings = RegistrySettings(client: client) { _ in nil }
        settings.secrets[.githubToken] = Secret("t")
        let repository = try await ManagedRepository.open(try Repository("ghcr.io/acme/app"), settings)
        #expect(try await repository.tags([]) { _, _ in }.map(\.tag.text) == ["x"])
    }

    @Test("is read again where others delete meanwhile, and nothing is deleted by it where they go on")
    func shrinkingList() async throws {
        for (times, kinds) in [(1, []), (100, [RegistryError.Kind.tryLater])] {
            let stage = try stage()
            for number in 0..<250 { stage.image(number, ["t-\(number)"], minute: number) }
            stage.with { $0.notes["shrinking"] = "\(times)" }
            do {
                let report = try await stage.delete(["t-3"])
                #expect(report.failed.map(\.error.kind) == kinds)
            } catch let error as RegistryError {
                #expect([error.kind] == kinds)
            }
            #expect((stage.tags["t-3"] == nil) == kinds.isEmpty)
        }
    }

    // MARK: deletion

    @Test("keeps the last tagged version, and says how to get rid of it")
    func lastVersion() async throws {
        let stage = try stage()
        stage.image(1, ["a"])
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error.kind) == [.protected])
        #expect(report.failed.first?.error.hint?.contains("delete the package") == true)
        #expect(stage.tags.keys.sorted() == ["a"])
    }

    @Test("takes one of several tags away, though the list shows what was pushed late")
    func staleList() async throws {
        let stage = try stage()
        let image = stage.image(1, ["a", "b"])
        stage.image(2, ["c"])
        let repository = try await stage.open()
        // The list that everything is decided by, and three looks for what was pushed.
        stage.with { $0.notes["stale"] = "4" }
        let report = try await repository.delete([DeletionTarget(.tag(try Tag("a")))], force: false) { _, _ in }
        #expect(report.failed.map(\.error) == [])
        #expect(stage.tags["a"] == nil)
        #expect(stage.tags["b"] == image)
        #expect(stage.with { $0.content.manifests.count } == 2)
    }

    @Test("gives a tag its image back where the list does not show what was pushed")
    func hopelessList() async throws {
        let stage = try stage()
        let image = stage.image(1, ["a", "b"])
        stage.with { $0.notes["stale"] = "100" }
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error.kind) == [.tryLater])
        #expect(stage.tags == ["a": image, "b": image])
        #expect(stage.lines.count < 40)
    }

    @Test("keeps what an index holds that stays")
    func child() async throws {
        let stage = try stage()
        let child = stage.image(1, ["child"]), other = stage.image(2)
        let index = stage.registry.index([child, other], tags: ["multi"], in: stage.name)
        let report = try await stage.delete(["child"])
        #expect(report.failed.map(\.error) == [])
        #expect(stage.tags == ["multi": index])
        #expect(stage.has(child))
        #expect(stage.has(other))
    }

    @Test("does not take for gone what it may not delete")
    func hidden() async throws {
        let stage = try stage()
        stage.image(1, ["a"])
        stage.image(2, ["b"])
        stage.with { $0.notes["hides"] = "yes" }
        let report = try await stage.delete(["a"])
        #expect(report.deleted == [])
        #expect(report.failed.map(\.error.kind) == [.denied])
        #expect(report.failed.first?.error.permission?.contains("delete:packages") == true)
    }

    @Test("deletes a manifest by force with all of its tags, by one look at the list")
    func force() async throws {
        let stage = try stage()
        let image = stage.image(1, ["a", "b"])
        stage.image(2, ["c"])
        let report = try await stage.delete([image.text], force: true)
        #expect(report.failed.map(\.error) == [])
        #expect(stage.tags.keys.sorted() == ["c"])
        #expect(stage.lines.filter { $0.contains("/versions?") }.count == 1)
    }

    // MARK: answers

    /// The answer to the question who may delete, and what comes of it.
    private func rights(_ answer: ScriptedClient.Answer, token: String = "ghp_t") async throws -> (Bool?, [String]) {
        let client = ScriptedClient([
            .status(200), .status(200, [:], #"{"tags":[]}"#), .status(404),
            .status(200, [:], #"{"type":"Organization"}"#),
            answer, .status(403), .status(403), .status(403),
        ])
        var settings = RegistrySettings(client: client) { _ in nil }
        settings.pacing = StillClock().pacing()
        settings.patience = .seconds(30)
        settings.secrets[.githubToken] = Secret(token)
        let rights = try await ManagedRepository.open(try Repository("ghcr.io/acme/app"), settings).rights()
        return (rights.delete, rights.missing)
    }

    @Test("is not sure of the right to delete where it is told nothing, and sure where a scope is missing")
    func scopes() async throws {
        #expect(try await rights(.status(404)).0 == nil)
        #expect(try await rights(.status(404, ["X-OAuth-Scopes": "repo, delete:packages"])).0 == nil)
        #expect(try await rights(.status(404, ["X-OAuth-Scopes": ""])).0 == nil)
        let (may, missing) = try await rights(.status(404, ["X-OAuth-Scopes": "repo, write:packages"]))
        #expect(may == false)
        #expect(missing.contains { $0.contains("delete:packages") })
    }

    @Test(
        "names what is missing by the token's kind",
        arguments: [("ghs_1", "packages: write"), ("ghp_1", "delete:packages"), ("github_pat_1", "classic")])
    func permission(token: String, words: String) async throws {
        let (may, missing) = try await rights(.status(403), token: token)
        #expect(may == false)
        #expect(missing.contains { $0.contains(words) })
    }

    static let limits: [(answer: ScriptedClient.Answer, seconds: Int)] = [
        (.status(403, [:], #"{"message":"You have exceeded a secondary rate limit."}"#), 60),
        (.status(429, ["X-RateLimit-Remaining": "4000", "X-RateLimit-Reset": "1700003000"]), 60),
        (.status(429, ["Retry-After": "17"]), 17),
        (.status(403, ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000090"]), 90),
    ]

    @Test("is left alone for as long as it wants", arguments: limits)
    func limit(answer: ScriptedClient.Answer, seconds: Int) async throws {
        let client = ScriptedClient([answer, .status(200, [:], #"{"type":"Organization"}"#), .status(200, [:], "[]")])
        let clock = StillClock()
        var settings = RegistrySettings(client: client) { _ in nil }
        settings.pacing = clock.pacing(unixTime: 1_700_000_000)
        settings.secrets[.githubToken] = Secret("t")
        let repository = try await ManagedRepository.open(try Repository("ghcr.io/acme/app"), settings)
        #expect(try await repository.tags([]) { _, _ in }.isEmpty)
        let slept = clock.slept.reduce(.zero, +)
        #expect(slept >= .seconds(seconds))
        #expect(slept < .seconds(seconds + 2))
    }

    @Test("says that a token lacks the organisation's sign-on")
    func signOn() async throws {
        let sso = ["X-GitHub-SSO": "required; url=https://github.com/orgs/acme/sso?authorization_request=AAA"]
        let client = ScriptedClient([
            .status(200, [:], #"{"type":"Organization"}"#), .status(403, sso, #"{"message":"SAML enforcement"}"#),
        ])
        var settings = RegistrySettings(client: client) { _ in nil }
        settings.secrets[.githubToken] = Secret("t")
        let repository = try await ManagedRepository.open(try Repository("ghcr.io/acme/app"), settings)
        let error = await #expect(throws: RegistryError.self) { try await repository.tags([]) { _, _ in } }
        #expect(error?.kind == .denied)
        #expect(error?.hint?.contains("single sign-on") == true)
    }
}

@Suite("GitHub's versions that are given another tag")
struct GitHubLateTagTests {
    @Test("stay where the list did not show it")
    func late() async throws {
        let stage = try VendorStage(FakeGitHub.self)
        let image = stage.image(1, ["a"]), other = stage.image(2, ["b"])
        stage.meanwhile { $0.content.tags["late"] = image }
        let report = try await stage.delete(["a"])
        #expect(report.deleted == [])
        #expect(report.failed.map(\.error.kind) == [.held])
        #expect(report.failed.first?.error.text.contains("\"late\"") == true)
        #expect(stage.tags == ["a": image, "late": image, "b": other])
    }

    @Test("stay where the list, and with it their tags, comes only later")
    func laterListed() async throws {
        let stage = try VendorStage(FakeGitHub.self)
        stage.image(1, ["b"])
        // Not pushed by the test, so that a stale list does not have it.
        let image = stage.registry.image(2, tags: ["new"], in: stage.name)
        stage.with { $0.notes["stale"] = "1" }
        let report = try await stage.delete([image.text])
        #expect(report.deleted == [])
        #expect(report.failed.map(\.error.kind) == [.held])
        #expect(stage.tags["new"] == image)
    }
}
