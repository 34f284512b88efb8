internal import TestSupport
internal import Testing

/// `berth check`: what may be done, found out without a trace.
@Suite("A check of rights", .serialized)
struct CheckTests {
    /// A user with some rights, and what is told of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let actions: [String]
        let rights: String
        let missing: [String]

        var testDescription: String { actions.isEmpty ? "nothing" : actions.joined(separator: ", ") }
    }

    static let cases = [
        Case(actions: ["pull", "push", "delete"], rights: "[true,true,true,true]", missing: []),
        Case(actions: ["pull", "push"], rights: "[true,true,true,false]", missing: ["delete"]),
        Case(actions: ["pull"], rights: "[true,false,true,false]", missing: ["push", "delete"]),
        Case(actions: [], rights: "[false,false,false,false]", missing: ["pull", "push", "delete"]),
    ]

    @Test("names what a user's token lacks, with exit code 77", arguments: cases)
    func rights(_ user: Case) async throws {
        let rights = user.actions.isEmpty ? [:] : ["group/app": user.actions]
        let site = try await Site(.token, tokens: .init(users: [.init("me", rights: rights)]))
        try await site.registry.store([.image(tags: ["1"])], as: "group/app")
        let before = Files.snapshot(site.registry.storage)
        let outcome = try await site.berth(["check", "\(site.address)/group/app", "--json"]).run()
        #expect(outcome.status == (user.missing.isEmpty ? 0 : 77), "\(outcome.errorText)")
        #expect(try await jq("[.pull, .push, .list, .delete]", outcome.output) == user.rights)
        let missing = user.missing.map { "repository:group/app:\($0)" }
        #expect(
            try await jq(".missing", outcome.output) == "[" + missing.map { "\"\($0)\"" }.joined(separator: ",") + "]")
        for permission in missing { #expect(outcome.errorText.contains(permission), "\(outcome.errorText)") }
        #expect(outcome.errorText.split(separator: "\n").count == (missing.isEmpty ? 0 : 2), "\(outcome.errorText)")
        expectNoSecret(outcome)
        let exchanges = try await site.registry.exchanges()
        #expect(files(in: site.registry.storage).filter { before[$0] == nil } == [], "\(exchanges)")
    }

    @Test("is a table for people")
    func table() async throws {
        let site = try await Site(.token, tokens: .init(users: [.init("me", rights: ["app": ["pull"]])]))
        let outcome = try await site.berth(["check", "\(site.address)/app"]).run()
        #expect(outcome.status == 77)
        #expect(outcome.lines == ["pull    yes", "push    no", "list    yes", "delete  no"])
        #expect(
            outcome.errorText.hasPrefix(
                "berth: not everything is allowed at \(site.address)/app: repository:app:push; repository:app:delete\n")
        )
    }

    @Test("says that deleting is switched off")
    func deletionOff() async throws {
        let site = try await Site(deletes: false)
        let outcome = try await site.berth(["check", "\(site.address)/app", "--json"]).run()
        #expect(outcome.status == 77)
        #expect(try await jq("[.pull, .push, .list, .delete]", outcome.output) == "[true,true,true,false]")
        #expect(outcome.errorText.contains("delete (switched off at the registry)"), "\(outcome.errorText)")
    }

    @Test("says that a registry takes nothing")
    func readOnly() async throws {
        let site = try await Site(isReadOnly: true)
        let outcome = try await site.berth(["check", "\(site.address)/app", "--json"]).run()
        #expect(outcome.status == 77)
        #expect(try await jq("[.pull, .push, .list, .delete]", outcome.output) == "[true,false,true,false]")
    }

    @Test("makes no repository, no upload and no manifest", arguments: [Access.open, .htpasswd, .token])
    func traces(access: Access) async throws {
        let site = try await Site(access)
        try await site.berth(["check", "\(site.address)/never/there"]).succeed()
        #expect(files(in: site.registry.storage) == [])
        let listed = try await site.berth(["tags", "\(site.address)/never/there"]).run()
        expectFailure(listed, 1, says: "NAME_UNKNOWN")
    }

    @Test("says that the login is refused where it is", arguments: [Access.htpasswd, .token])
    func wrongPassword(access: Access) async throws {
        let site = try await Site(access)
        try site.machine.writeDockerConfig(dockerConfig([(host: site.address, user: "me", password: "wr0ng")]))
        let outcome = try await site.berth(["check", "\(site.address)/app", "--json"]).run()
        #expect(outcome.status == 77)
        #expect(try await jq("[.pull, .push, .list, .delete]", outcome.output) == "[false,false,false,false]")
        #expect(!outcome.errorText.contains("wr0ng"))
    }

    @Test("is no answer where the registry gives none")
    func unreachable() async throws {
        let machine = try Machine()
        let closed = try ClosedPort()
        let outcome = try await berth(["check", "127.0.0.1:\(closed.number)/app", "--json"], machine.environment).run()
        expectFailure(outcome, 69)
    }
}
