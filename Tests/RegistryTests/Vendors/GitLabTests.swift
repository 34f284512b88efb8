import DockerConfig
import HTTP
import JSON
@testable import Registry
@testable import RegistryTestSupport
import Testing

/// A plain registry behind GitLab's login, and GitLab's own API beside it.
struct PlainGitLab: FakeVendor {
    static let name = "gitlab"
    static let repository = "registry.gitlab.com/acme/shop/web"
    static let behaviour = FakeGitLabSite.behaviour(untags: false)
    static let secrets: [VendorSecret: Secret] = [.gitlabToken: Secret("glpat-1")]
    static let ways = FakeGitLab.ways

    static let description: VendorDescription? = VendorDescription(
        file: "gitlab/gitlab.openapi.json",
        config: #"""
            {"collections": [{"list": "GET /api/v4/projects/{id}/registry/repositories", "wrap": "", "key": "id",
              "items": [{"id": 7, "path": "acme/shop/web", "location": "registry.gitlab.com/acme/shop/web"}]}]}
            """#,
        operations: [
            "GET /api/v4/projects/{id}/registry/repositories",
            "DELETE /api/v4/projects/{id}/registry/repositories/{rid}/tags/{tag}",
        ]
    ) { $0.path.hasPrefix("/api/v4/") }

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeGitLabSite(name: "acme/shop/web", login: "gitlab-token:glpat-1")
        site.hasList = false
        guard call.path.hasPrefix("/api/v4/") else { return site.answer(call, &world) }
        guard call.header("PRIVATE-TOKEN") == "glpat-1" else { return .json(401, ["message": "401 Unauthorized"]) }
        let prefix = "/api/v4/projects/"
        guard call.host == "gitlab.com", let parts = call.components(behind: prefix) else { return nil }
        guard parts.count > 2, parts[1...2] == ["registry", "repositories"] else { return nil }
        guard parts[0] == "acme/shop" else { return .json(404, ["message": "404 Project Not Found"]) }
        if call.method == "GET", parts.count == 3 {
            return .json(
                200,
                [
                    ["id": 6, "path": "acme/shop", "location": "registry.gitlab.com/acme/shop"],
                    ["id": 7, "path": "acme/shop/web", "location": "registry.gitlab.com/acme/shop/web"],
                ])
        }
        guard call.method == "DELETE", parts.count == 6, parts[3] == "7", parts[4] == "tags" else { return nil }
        if world.immutable.contains(parts[5]) { return .json(403, ["message": "403 Forbidden - Tag is protected"]) }
        return world.untag(parts[5]) ? .json(200, [:]) : .json(404, ["message": "404 Tag Not Found"])
    }
}

/// The same, where a job runs at another GitLab.
private struct ForeignGitLab: FakeVendor {
    static let name = "gitlab"
    static let repository = "registry.gitlab.com/acme/shop/web"
    static let behaviour = FakeGitLabSite.behaviour(untags: false)
    static let login: Credential? = Credential(username: "me", password: Secret("mine"))
    static let variables = ["CI_JOB_TOKEN": "job", "CI_SERVER_HOST": "gitlab.corp.example"]
    static let ways = FakeGitLab.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeGitLabSite(name: "acme/shop/web", login: "me:mine")
        site.hasList = false
        return site.answer(call, &world)
    }
}

/// The same, where the job's GitLab is named, and has a project of the same name.
private struct NamedForeignGitLab: FakeVendor {
    static let name = "gitlab"
    static let repository = "registry.gitlab.com/acme/shop/web"
    static let behaviour = FakeGitLabSite.behaviour(untags: false)
    static let login: Credential? = Credential(username: "me", password: Secret("mine"))
    static let variables = ["CI_JOB_TOKEN": "job", "CI_API_V4_URL": "https://gitlab.corp.example/api/v4"]
    static let ways = FakeGitLab.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.host == "gitlab.corp.example" else { return ForeignGitLab().answer(call, &world) }
        guard call.header("JOB-TOKEN") == "job", call.method == "GET" else { return nil }
        return .json(
            200, [["id": 7, "path": "acme/shop/web", "location": "registry.corp.example/acme/shop/web"]])
    }
}

/// A registry of before 4.0, without a database; GitLab gives `*` instead of `delete`.
struct OldGitLab: FakeVendor {
    static let name = "gitlab"
    static let repository = "registry.gitlab.com/acme/shop/web"
    static let behaviour = FakeGitLabSite.behaviour(untags: false)
    static let variables = [
        "CI_REGISTRY": "registry.gitlab.com", "CI_REGISTRY_USER": "gitlab-ci-token", "CI_REGISTRY_PASSWORD": "job",
    ]
    static let ways = FakeGitLab.ways

    static let description: VendorDescription? = VendorDescription(
        file: "gitlab/gitlab.openapi.json", components: ["acme/shop/web"],
        operations: ["DELETE /v2/{path}/tags/reference/{tag}"]
    ) { $0.path.contains("/tags/reference/") }

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeGitLabSite(name: "acme/shop/web", login: "gitlab-ci-token:job")
        site.headers = [
            "Gitlab-Container-Registry-Version": "3.20.0-gitlab", "Gitlab-Container-Registry-Database-Enabled": "false",
        ]
        (site.hasList, site.hasReferences, site.dropped) = (false, true, ["delete"])
        return site.answer(call, &world)
    }
}

@Suite("GitLab")
struct GitLabTests {
    @Test("is known by its host, by its registry's header and by its tokens")
    func table() throws {
        let client = ScriptedClient([])
        let settings = RegistrySettings(client: client) { _ in nil }
        func answer(_ headers: HTTPFields, _ challenge: String = "") throws -> RegistryPing.Answer {
            RegistryPing.Answer(
                root: try #require(URLParts("https://r.example/v2/")), challenges: AuthChallenge.parse([challenge]),
                isOpen: false, headers: headers)
        }
        let host = try RegistryHost("r.example")
        #expect(VendorTable.known(try RegistryHost("registry.gitlab.com"), settings)?.vendor.name == "gitlab")
        #expect(VendorTable.known(try RegistryHost("registry.gitlab.com.example"), settings) == nil)
        let byHeader = try answer([.init("gitlab-container-registry-version", "4.1.0-gitlab")])
        #expect(VendorTable.find(host, settings, byHeader).vendor.name == "gitlab")
        let realm = #"Bearer realm="https://git.example/jwt/auth",service="container_registry""#
        #expect(VendorTable.find(host, settings, try answer([], realm)).vendor.name == "gitlab")
        let other = #"Bearer realm="https://git.example/v2/token",service="container_registry""#
        #expect(VendorTable.find(host, settings, try answer([], other)).vendor.name != "gitlab")
    }

    @Test("asks for no other token where a rule protects the tag, and says that")
    func protectedTag() async throws {
        let stage = try VendorStage(FakeGitLab.self)
        stage.image(1, ["v1"])
        stage.with { $0.immutable = ["v1"] }
        let report = try await stage.delete(["v1"])
        #expect(report.failed.map(\.error.kind) == [.protected])
        #expect(report.failed.first?.error.text.contains("PROTECTED_TAG") == true)
        #expect(stage.lines.filter { $0.contains("/jwt/auth") }.count == 1)
        #expect(stage.changes.count == 1)
    }

    @Test("says before it asks for anything that the token does not allow deleting")
    func dropped() async throws {
        let stage = try VendorStage(FakeGitLab.self)
        stage.image(1, ["a", "b", "c"])
        stage.with { $0.isDenied = true }
        let report = try await stage.delete(["a", "b", "c"])
        #expect(report.failed.map(\.error.kind) == [.denied, .denied, .denied])
        #expect(report.failed.first?.error.permission?.contains("write_registry") == true)
        // The root, and a token for `delete`, then one for `*`.
        #expect(stage.lines.count == 3)
    }

    @Test("says of a manifest that an index holds that it is held")
    func referenced() async throws {
        let stage = try VendorStage(FakeGitLab.self)
        let child = stage.image(1)
        stage.registry.index([child], tags: ["multi"], in: stage.name)
        let report = try await stage.delete([child.text])
        #expect(report.failed.map(\.error.kind) == [.held])
        #expect(stage.has(child))
    }

    @Test("deletes an index before what it holds")
    func order() async throws {
        let stage = try VendorStage(FakeGitLab.self)
        let child = stage.image(1)
        let index = stage.registry.index([child], tags: ["multi"], in: stage.name)
        let report = try await stage.delete(["multi", index.text, child.text])
        #expect(report.failed.map(\.error) == [])
        #expect(!stage.has(index))
        #expect(!stage.has(child))
    }

    @Test("is asked later where the project is being renamed")
    func renamed() async throws {
        let stage = try VendorStage(FakeGitLab.self)
        stage.image(1, ["v1"])
        stage.limit(.error(409, "RENAME_IN_PROGRESS"))
        let report = try await stage.delete(["v1"])
        #expect(report.failed.map(\.error.kind) == [.tryLater])
        #expect(Set(stage.tags.keys) == ["v1"])
    }

    @Test("with an old registry removes a tag by the old call, and asks for * where it gets no token for delete")
    func references() async throws {
        let stage = try VendorStage(OldGitLab.self)
        let image = stage.image(1, ["a", "b", "c"])
        let report = try await stage.delete(["a", "b"])
        #expect(report.failed.map(\.error) == [])
        #expect(stage.tags == ["c": image])
        #expect(
            stage.changes == [
                "DELETE https://registry.gitlab.com/v2/acme/shop/web/manifests/a",
                "DELETE https://registry.gitlab.com/v2/acme/shop/web/tags/reference/a",
                "DELETE https://registry.gitlab.com/v2/acme/shop/web/tags/reference/b",
            ])
        #expect(stage.lines.contains { $0.contains("/gitlab/v1/") } == false)
        #expect(try await stage.open().tags([]) { _, _ in }.map(\.tag.text) == ["c"])
    }

    @Test("with a plain registry lists by the protocol, and removes a tag by its own API")
    func project() async throws {
        let stage = try VendorStage(PlainGitLab.self)
        let image = stage.image(1, ["a", "b"])
        #expect(try await stage.open().tags([]) { _, _ in }.map(\.tag.text) == ["a", "b"])
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error) == [])
        #expect(stage.tags == ["b": image])
        #expect(
            stage.lines.suffix(1) == [
                "DELETE https://gitlab.com/api/v4/projects/acme%2Fshop/registry/repositories/7/tags/a"
            ])
    }

    @Test("says of a tag that its own API protects that it is protected")
    func protectedByProject() async throws {
        let stage = try VendorStage(PlainGitLab.self)
        stage.image(1, ["a"])
        stage.with { $0.immutable = ["a"] }
        #expect(try await stage.delete(["a"]).failed.map(\.error.kind) == [.protected])
    }

    @Test("removes a tag by its own API where the login's token does not allow it")
    func projectInstead() async throws {
        let stage = try VendorStage(PlainGitLab.self)
        let image = stage.image(1, ["a", "b"])
        stage.with { $0.isDenied = true }
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == ["b": image])
        #expect(stage.changes.count == 1)
        #expect(try await stage.open().rights().delete == true)
    }

    @Test("gives a job's token to the job's own GitLab only")
    func foreign() async throws {
        let stage = try VendorStage(ForeignGitLab.self)
        let image = stage.image(1, ["a"]), other = stage.image(2, ["b"])
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == ["b": other])
        #expect(!stage.has(image))
        #expect(!stage.lines.contains { $0.contains("/api/v4/") })
    }
}

extension GitLabTests {
    @Test("leaves alone what another GitLab has of the same name")
    func sameName() async throws {
        let stage = try VendorStage(NamedForeignGitLab.self)
        let image = stage.image(1, ["a"]), other = stage.image(2, ["b", "c"])
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == ["b": other, "c": other])
        #expect(!stage.has(image))
        #expect(stage.lines.filter { $0.contains("gitlab.corp.example") }.count == 2)
    }

    /// A job's variables, whether a token was given, and what its own API is asked with, where it is asked.
    struct Job: CustomTestStringConvertible {
        let variables: [String: String]
        var hasToken = false
        var asked: [String]?

        var testDescription: String { "\(hasToken) \(variables.sorted { $0.key < $1.key })" }
    }

    @Test(
        "gives each token to its own GitLab only, whatever addresses are named",
        arguments: [
            // The token that was given goes to the registry's GitLab, or where it was told to go.
            Job(
                variables: ["CI_API_V4_URL": "https://corp.example/api/v4", "CI_JOB_TOKEN": "job"], hasToken: true,
                asked: ["https://gitlab.com/api/v4/", "PRIVATE-TOKEN: pat"]),
            Job(
                variables: ["CI_API_V4_URL": "https://gitlab.com/below/api/v4"], hasToken: true,
                asked: ["https://gitlab.com/below/api/v4/", "PRIVATE-TOKEN: pat"]),
            Job(
                variables: [
                    "BERTH_GITLAB_API_URL": "https://api.example/api/v4", "CI_API_V4_URL": "https://gitlab.com/api/v4",
                ], hasToken: true, asked: ["https://api.example/api/v4/", "PRIVATE-TOKEN: pat"]),
            // The job's token goes to the job's.
            Job(
                variables: ["CI_API_V4_URL": "https://corp.example/api/v4", "CI_JOB_TOKEN": "job"],
                asked: ["https://corp.example/api/v4/", "JOB-TOKEN: job"]),
            Job(
                variables: ["CI_SERVER_HOST": "gitlab.com", "CI_JOB_TOKEN": "job"],
                asked: ["https://gitlab.com/api/v4/", "JOB-TOKEN: job"]),
            Job(
                variables: [
                    "BERTH_GITLAB_API_URL": "https://corp.example/api/v4", "CI_API_V4_URL": "https://corp.example/v4",
                    "CI_JOB_TOKEN": "job",
                ], asked: ["https://corp.example/api/v4/", "JOB-TOKEN: job"]),
            Job(
                variables: [
                    "BERTH_GITLAB_API_URL": "https://api.example/api/v4", "CI_API_V4_URL": "https://corp.example/v4",
                    "CI_JOB_TOKEN": "job",
                ]),
            Job(variables: ["BERTH_GITLAB_API_URL": "https://api.example/api/v4", "CI_JOB_TOKEN": "job"]),
            Job(variables: ["CI_JOB_TOKEN": "job"]),
        ])
    func tokens(job: Job) async throws {
        let client = ScriptedClient([.status(404)])
        var settings = RegistrySettings(client: client) { _ in nil }
        settings.variable = { job.variables[$0] }
        if job.hasToken { settings.secrets = [.gitlabToken: Secret("pat")] }
        let challenge = #"Bearer realm="https://gitlab.com/jwt/auth",service="container_registry""#
        let answer = RegistryPing.Answer(
            root: try #require(URLParts("https://registry.gitlab.com/v2/")),
            challenges: AuthChallenge.parse([challenge]), isOpen: false, headers: HTTPFields([]))
        let context = VendorContext(try Repository("registry.gitlab.com/acme/app"), settings)
        let project = try GitLabProject(context, answer)
        #expect((project == nil) == (job.asked == nil))
        // It has no such repository.
        _ = try? await project?.requireAccess()
        #expect(client.asked.count == (job.asked == nil ? 0 : 1))
        for part in job.asked ?? [] { #expect(client.asked.first?.contains(part) == true) }
    }
}

@Suite("What a token says of itself")
struct TokenClaimsTests {
    private static func actions(_ claims: String, on name: String = "group/app") throws -> Set<String>? {
        let text = "Bearer e30.\(Base64.encodeURL(Array(claims.utf8))).sig"
        return TokenClaims(authorization: text)?.actions(on: try RepositoryName(name))
    }

    @Test("tells what it allows to be done to a repository")
    func granted() throws {
        let claims =
            #"{"access":[{"type":"repository","name":"group/app","actions":["pull","push"]},"#
            + #"{"type":"registry","name":"catalog","actions":["*"]}]}"#
        #expect(try Self.actions(claims) == ["pull", "push"])
        #expect(try Self.actions(claims, on: "group/other") == [])
        #expect(try Self.actions(#"{"access":null}"#) == [])
    }

    @Test(
        "tells nothing where it is not one",
        arguments: [
            "Basic YTpi", "Bearer T1", "Bearer a.b.c", "Bearer ..", "Bearer e30.e30.sig", "Bearer e30.W10.sig",
        ])
    func rubbish(text: String) throws {
        #expect(TokenClaims(authorization: text)?.actions(on: try RepositoryName("group/app")) == nil)
    }
}
