internal import DockerConfig
internal import JSON
internal import TestSupport
internal import Testing

/// What a job in a job finds that clients gave the outer one's helper.
@Suite("Logins that a job's helper has") struct HelperLoginsTests {
    private static let store = #"{"auths": {"foo.io": {"auth": "Ym90OnB3"}, "old.io": {"auth": "Ym90OnB3"}}}"#
    private static let config = """
        {"auths": {"mine.io": {"auth": "Ym90OnB3"}}, "credHelpers": {"foo.io": "berth", "made.io": "berth", "old.io": "x"}}
        """

    @Test("are those that clients come to it for, and the config's own")
    func kept() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.file("config.json", Self.config)
        _ = try scratch.file("berth-store.json", Self.store)
        let logins = try HelperLogins(path)
        #expect(logins.kept.map(\.server) == ["foo.io"])
        #expect(logins.kept.first?.credential.helperAnswer?.username == "bot")
        let hosts = ["foo.io", "mine.io", "made.io", "old.io"]
        #expect(try hosts.filter { logins.has(try #require(RegistryKey($0))) } == ["foo.io", "mine.io"])
    }

    @Test("are none where there is no file")
    func none() throws {
        let scratch = try ScratchDirectory()
        #expect(try HelperLogins("\(scratch.path)/config.json").kept.isEmpty)
    }

    @Test("of a registry that is barred are not inherited, from wherever they are", arguments: [true, false])
    func barred(isBarred: Bool) throws {
        let foo = try #require(RegistryKey("foo.io"))
        let file = try DockerConfigFile.variable(
            #"{"auths": {"foo.io": {"auth": "Ym90OnB3"}}, "credHelpers": {"foo.io": "x"}}"#, named: "V")
        let credential = Credential(helperUsername: "me", secret: Secret("pw"))
        var inputs = JobConfig.Inputs(
            file: file, variable: file, stored: [StoredCredential(server: "foo.io", credential, from: "store")])
        if isBarred { inputs.barred = [foo] }
        let config = JobConfig.build(inputs)
        #expect((config.object["auths"]?.object?["foo.io"] == nil) == isBarred)
        #expect((config.object["credHelpers"] == nil) == isBarred)
    }
}
