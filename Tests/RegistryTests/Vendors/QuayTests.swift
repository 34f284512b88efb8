import DockerConfig
import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

/// A robot's login, which Quay's API does not take.
private struct RobotQuay: FakeVendor {
    static let name = "quay"
    static let repository = "quay.io/acme/app"
    static let login: Credential? = Credential(username: "acme+ci", password: Secret("robot"))
    static let ways = FakeQuay.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        FakeQuaySite(logins: ["acme+ci:robot"], token: nil).answer(call, &world)
    }
}

/// The same at a repository that everybody may see.
private struct PublicQuay: FakeVendor {
    static let name = "quay"
    static let repository = "quay.io/acme/app"
    static let login = RobotQuay.login
    static let ways = FakeQuay.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeQuaySite(logins: ["acme+ci:robot"], token: nil)
        site.isPublic = true
        return site.answer(call, &world)
    }
}

/// A robot's login beside an application's token that has ended.
private struct EndedQuay: FakeVendor {
    static let name = "quay"
    static let repository = "quay.io/acme/app"
    static let login = RobotQuay.login
    static let secrets = FakeQuay.secrets
    static let ways = FakeQuay.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        FakeQuaySite(logins: ["acme+ci:robot"], token: "another").answer(call, &world)
    }
}

/// An application's token in docker's config.
private struct LoggedInQuay: FakeVendor {
    static let name = "quay"
    static let repository = "quay.io/acme/app"
    static let login: Credential? = Credential(username: "$oauthtoken", password: Secret("oauth"))
    static let ways = FakeQuay.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        FakeQuaySite(logins: ["$oauthtoken:oauth"], token: "oauth").answer(call, &world)
    }
}

/// A Quay where somebody deletes a tag as soon as the first page has been read.
private struct ShrinkingQuay: FakeVendor {
    static let name = "quay"
    static let repository = "quay.io/acme/app"
    static let secrets = FakeQuay.secrets
    static let ways = FakeQuay.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        let reply = FakeQuay().answer(call, &world)
        if call.path.hasPrefix("/api/"), call.query["page"] == "1" { _ = world.untag("v99") }
        return reply
    }
}

@Suite("Quay")
struct QuayTests {
    @Test("is known by its host, by its registry's header and by where its tokens come from")
    func table() throws {
        let settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        #expect(VendorTable.known(try RegistryHost("quay.io"), settings)?.vendor.name == "quay")
        #expect(VendorTable.known(try RegistryHost("not-quay.io"), settings) == nil)
        let host = try RegistryHost("r.example")
        func find(_ headers: HTTPFields, _ challenge: String) throws -> String {
            let answer = RegistryPing.Answer(
                root: try #require(URLParts("https://r.example/v2/")), challenges: AuthChallenge.parse([challenge]),
                isOpen: false, headers: headers)
            return VendorTable.find(host, settings, answer).vendor.name
        }
        #expect(try find([.init("X-Sparse-Manifest-Support", "true")], "") == "quay")
        #expect(try find([], #"Bearer realm="https://r.example/v2/auth",service="r.example""#) == "quay")
        #expect(try find([], #"Bearer realm="https://r.example/auth",service="r.example""#) == "default")
    }

    @Test("lists and deletes for a robot by the protocol, and never shows its API the robot's password")
    func robot() async throws {
        let stage = try VendorStage(RobotQuay.self)
        let image = stage.image(1, ["a", "b"])
        #expect(try await stage.open().tags([]) { _, _ in }.map(\.tag.text) == ["a", "b"])
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == ["b": image])
        #expect(stage.changes == ["DELETE https://quay.io/v2/acme/app/manifests/a"])
        #expect(try await stage.delete([image.text, "b"]).failed.map(\.error) == [])
        #expect(stage.tags == [:])
    }

    @Test("says for a robot without the right to write what is missing")
    func deniedRobot() async throws {
        let stage = try VendorStage(RobotQuay.self)
        stage.image(1, ["a"])
        stage.with { $0.isDenied = true }
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error.permission) == ["the permission Write on the repository"])
        #expect(Set(stage.tags.keys) == ["a"])
    }

    @Test("says for a robot of an immutable tag that it is protected")
    func immutable() async throws {
        let stage = try VendorStage(RobotQuay.self)
        stage.image(1, ["a"])
        stage.with { $0.immutable = ["a"] }
        #expect(try await stage.delete(["a"]).failed.map(\.error.kind) == [.protected])
    }

    @Test("lists a public repository by its API whoever asks, and a robot deletes there")
    func everybody() async throws {
        let stage = try VendorStage(PublicQuay.self)
        for number in 0..<150 { stage.image(number, ["v\(number)"]) }
        let table = try await stage.open().tags(.all) { _, _ in }
        #expect(table.count == 150)
        #expect(table.allSatisfy { $0.facts?.pushed == Timestamp(secondsSince1970: VendorWays.start + 60) })
        #expect(stage.lines.count == 2)
        #expect(try await stage.delete(["v7"]).failed.map(\.error) == [])
        #expect(stage.tags.count == 149)
    }

    @Test("takes the robot's login where the application's token has ended")
    func ended() async throws {
        let stage = try VendorStage(EndedQuay.self)
        stage.image(1, ["a", "b", "c"])
        #expect(try await stage.delete(["a", "b"]).failed.map(\.error) == [])
        #expect(Set(stage.tags.keys) == ["c"])
        #expect(try await stage.open().tags([]) { _, _ in }.map(\.tag.text) == ["c"])
        #expect(try await stage.open().rights().delete == true)
    }

    @Test("takes the token of an application from docker's login")
    func loggedIn() async throws {
        let stage = try VendorStage(LoggedInQuay.self)
        let image = stage.image(1, ["a", "b"])
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == ["b": image])
        #expect(stage.changes == ["DELETE https://quay.io/api/v1/repository/acme/app/tag/a"])
    }

    @Test("deletes no manifest by a list from which a tag is missing, since others went while it was read")
    func shrinking() async throws {
        let stage = try VendorStage(ShrinkingQuay.self)
        // With what the test itself deletes left out, the last is alone on the second page, until another goes.
        for number in 1...101 { stage.image(number, ["v\(number)"]) }
        let image = stage.image(0, ["v0", "v50"])
        let report = try await stage.delete([image.text, "v50"])
        #expect(report.failed.map(\.reference).contains(.digest(image)))
        #expect(report.failed.map(\.error.kind).contains(.tryLater))
        #expect(stage.has(image))
        #expect(stage.tags["v0"] == image)
    }

    @Test("compares the list that manifests are deleted by with the registry's own")
    func compared() async throws {
        let stage = try VendorStage(FakeQuay.self)
        for number in 0..<101 { stage.image(number, ["v\(number)"]) }
        let vendor = try await QuayVendor(stage.context(FakeQuay.self))
        #expect(try await listed(vendor, []).count == 101)
        // Two pages; the root, a token and the registry's list.
        #expect(stage.lines.count == 2 + 3)
    }

    @Test("says of a manifest without tags that it cannot be deleted")
    func untagged() async throws {
        let stage = try VendorStage(FakeQuay.self)
        let image = stage.image(1)
        #expect(try await stage.delete([image.text]).failed.map(\.error.kind) == [.unsupported])
    }

    @Test("shows a tag once that moves to the next page meanwhile")
    func duplicates() async throws {
        let first = (0..<100).map { tag($0) }, second = [tag(99), tag(100)]
        let client = ScriptedClient([
            .status(200, [:], #"{"tags":[\#(first.joined(separator: ","))],"page":1,"has_additional":true}"#),
            .status(200, [:], #"{"tags":[\#(second.joined(separator: ","))],"page":2,"has_additional":false}"#),
        ])
        let settings = RegistrySettings(client: client) { _ in nil }
        let vendor = try await QuayVendor(VendorContext(try Repository("quay.io/acme/app"), settings))
        #expect(try await vendor.tags(.all) { _, _ in }.count == 101)
    }

    private func tag(_ number: Int) -> String {
        #"{"name":"v\#(number)","manifest_digest":"\#(Digest(of: []))","last_modified":"Tue, 01 Sep 2020 10:00:00 -0000"}"#
    }

    @Test(
        "reads Quay's dates",
        arguments: [
            ("Tue, 01 Sep 2020 10:00:00 -0000", 1_598_954_400), ("Tue, 01 Sep 2020 10:00:00 GMT", 1_598_954_400),
            ("Tue, 01 Sep 2020 10:00:00 +0200", nil),
        ])
    func dates(text: String, time: Int?) {
        #expect(QuayVendor.time(text) == time)
    }
}
