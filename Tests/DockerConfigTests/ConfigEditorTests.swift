internal import DockerConfig
internal import Glibc
internal import JSON
internal import TestSupport
internal import Testing

/// Logins and logouts in a config file.
@Suite struct ConfigEditorTests: ~Copyable {
    let scratch: ScratchDirectory
    let path: String
    let editor: ConfigEditor

    init() throws {
        scratch = try ScratchDirectory()
        path = "\(scratch.path)/config.json"
        editor = ConfigEditor(path: path)
    }

    // MARK: what is changed

    /// Config before, registry, config after a login of `u` with `p`.
    static let logins: [(before: String, registry: String, after: String)] = [
        ("", "a.example", #"{"auths":{"a.example":ENTRY}}"#),
        ("{}", "https://a.example/v2/", #"{"auths":{"a.example":ENTRY}}"#),
        ("{}", "docker.io", #"{"auths":{"https://index.docker.io/v1/":ENTRY}}"#),
        (
            #"{"x":[1,{"b":null,"a":2}],"auths":{"z":{},"a.example":{"auth":"%"},"b.example":{"x":1}},"y":true}"#,
            "a.example",
            #"{"x":[1,{"b":null,"a":2}],"auths":{"z":{},"a.example":ENTRY,"b.example":{"x":1}},"y":true}"#
        ),
        // A login to a host owns the host.
        (
            #"{"auths":{"https://a.example/v1/":{},"a.example/g":{},"A.EXAMPLE":{},"a.example:443":{},"aa.example":{}}}"#,
            "a.example", #"{"auths":{"a.example:443":{},"aa.example":{},"a.example":ENTRY}}"#
        ),
        (
            #"{"auths":{"docker.io":{},"index.docker.io/g":{},"https://registry-1.docker.io/v2/":{}}}"#,
            "index.docker.io",
            #"{"auths":{"https://index.docker.io/v1/":ENTRY}}"#
        ),
        (
            #"{"credHelpers":{"https://a.example":"x","b.example":"y"},"auths":{}}"#, "a.example",
            #"{"credHelpers":{"b.example":"y"},"auths":{"a.example":ENTRY}}"#
        ),
        (#"{"credHelpers":{"a.example":"x"}}"#, "a.example", #"{"auths":{"a.example":ENTRY}}"#),
        // One to a part of a host leaves the rest alone, and puts the host's key beside it where there is none.
        ("{}", "a.example/g", #"{"auths":{"a.example/g":ENTRY,"a.example":ENTRY}}"#),
        (
            #"{"auths":{"a.example":{"auth":"eDp5"},"a.example/g":{"auth":"eDp6"},"a.example/g/h":{}}}"#, "a.example/g",
            #"{"auths":{"a.example":{"auth":"eDp5"},"a.example/g":ENTRY,"a.example/g/h":{}}}"#
        ),
        // The host's key that was no more than a copy of the part's goes along with it.
        (
            #"{"auths":{"a.example/g":{"auth":"eDp5"},"a.example":{"auth":"eDp5"}}}"#, "a.example/g",
            #"{"auths":{"a.example/g":ENTRY,"a.example":ENTRY}}"#
        ),
        (#"{"credsStore":"","auths":null}"#, "a.example", #"{"credsStore":"","auths":{"a.example":ENTRY}}"#),
    ]

    @Test(arguments: logins)
    func `a login changes its registry and nothing else`(before: String, registry: String, after: String) throws {
        try Files.write(before, to: path)
        try editor.login(key(registry), Credential("u", "p"))
        #expect(try line(path) == after.replacing("ENTRY", with: entry("u", "p")))
        #expect(Files.mode(path) == 0o600)
    }

    static let logouts: [(before: String, registry: String, after: String)] = [
        (#"{"auths":{"a.example":{},"b.example":{}},"x":1}"#, "a.example", #"{"auths":{"b.example":{}},"x":1}"#),
        (
            #"{"auths":{"https://a.example/v1/":{},"a.example/g":{},"a.example:5000":{}}}"#, "a.example",
            #"{"auths":{"a.example:5000":{}}}"#
        ),
        (#"{"auths":{"https://index.docker.io/v1/":{}}}"#, "docker.io", #"{"auths":{}}"#),
        (#"{"auths":{},"credHelpers":{"a.example":"x"}}"#, "a.example", #"{"auths":{}}"#),
        (#"{"auths":{"a.example":{"auth":"%"}}}"#, "a.example", #"{"auths":{}}"#),
        (#"{"auths":{"a.example/g":{"auth":"1"},"a.example":{"auth":"1"}}}"#, "a.example/g", #"{"auths":{}}"#),
        (
            #"{"auths":{"a.example/g":{"auth":"1"},"a.example/h":{"auth":"2"},"a.example":{"auth":"1"}}}"#,
            "a.example/g",
            #"{"auths":{"a.example/h":{"auth":"2"},"a.example":{"auth":"2"}}}"#
        ),
        (
            #"{"auths":{"a.example/g":{"auth":"1"},"a.example":{"auth":"2"}}}"#, "a.example/g",
            #"{"auths":{"a.example":{"auth":"2"}}}"#
        ),
    ]

    @Test(arguments: logouts)
    func `a logout takes away its registry and nothing else`(before: String, registry: String, after: String) throws {
        try Files.write(before, to: path)
        #expect(try editor.logout(key(registry)))
        #expect(try line(path) == after)
    }

    @Test(arguments: ["", "{}", #"{"auths":{"b.example":{},"a.example:443":{}}}"#])
    func `a logout from where nobody is logged in says so and changes nothing`(text: String) throws {
        try Files.write(text, to: path)
        let before = Files.facts(path)
        #expect(try !editor.logout(key("a.example")))
        #expect(Files.facts(path) == before)
    }

    // MARK: what is refused

    @Test(arguments: ["{", "[]", #"{"auths":7}"#, "\u{FEFF}{}"])
    func `a corrupt file is bad data and left untouched`(text: String) throws {
        try Files.write(text, to: path)
        for error in [
            try failure { try editor.login(key("a.example"), Credential("u", "hunter2")) },
            try failure { try editor.logout(key("a.example")) },
        ] {
            #expect(error.kind == .badData)
            #expect(error.text.hasPrefix(path))
        }
        #expect(try Files.text(path) == text)
    }

    @Test
    func `a config with a store is refused, as docker would not look for the login in it`() throws {
        let text = #"{"auths":{"a.example":{}},"credsStore":"desktop"}"#
        try Files.write(text, to: path)
        for error in [
            try failure { try editor.login(key("a.example"), Credential("u", "p")) },
            try failure { try editor.logout(key("a.example")) },
        ] {
            #expect(error.kind == .badConfiguration)
            #expect(error.text == "\(path): docker asks docker-credential-desktop (credsStore) and would not look here")
            #expect(error.hint != nil)
        }
        #expect(try Files.text(path) == text)
    }

    @Test
    func `a user name that no config can hold is bad data`() throws {
        for user in ["a:b", ""] {
            let error = try failure { try editor.login(key("a.example"), Credential(user, "hunter2")) }
            #expect(error.kind == .badData)
            #expect(!error.text.contains("hunter2"))
        }
        #expect(!Files.exists(path))
    }

    // MARK: files and links

    @Test
    func `the directory is made where only it is missing`() throws {
        try ConfigEditor(path: "\(scratch.path)/new/config.json").login(key("a.example"), Credential("u", "p"))
        #expect(Files.mode("\(scratch.path)/new") == 0o700)
        #expect(try line("\(scratch.path)/new/config.json") == #"{"auths":{"a.example":\#(entry("u", "p"))}}"#)
        let deep = ConfigEditor(path: "\(scratch.path)/a/b/config.json")
        let error = try failure { try deep.login(key("a.example"), Credential("u", "p")) }
        #expect(error.kind == .badConfiguration)
        #expect(!Files.exists("\(scratch.path)/a"))
    }

    @Test
    func `a link stays, and what it leads to is changed`() throws {
        let real = try scratch.directory("real")
        try Files.write(#"{"x":1}"#, to: "\(real)/other.json", mode: 0o644)
        try Files.link(path, to: "real/other.json")
        try editor.login(key("a.example"), Credential("u", "p"))
        #expect(Files.facts(path)?.kind == .link)
        #expect(try line("\(real)/other.json") == #"{"x":1,"auths":{"a.example":\#(entry("u", "p"))}}"#)
        #expect(Files.names(in: scratch.path) == ["config.json", "real"])
    }

    @Test(arguments: ["nowhere", "config.json"])
    func `a link that leads nowhere is refused`(target: String) throws {
        try Files.link(path, to: target)
        let error = try failure { try editor.login(key("a.example"), Credential("u", "p")) }
        #expect(error.kind == .badConfiguration)
        #expect(Files.names(in: scratch.path) == ["config.json"])
    }

    @Test(.disabled(if: !Berth.isRoot, "only root can become a user who may not write"))
    func `a directory that may not be written is bad configuration`() async throws {
        try Files.write("{}", to: path, mode: 0o644)
        Files.setMode(scratch.path, 0o755)
        await #expect(processExitsWith: .success) { [path = path as String] in
            guard setuid(12345) == 0 else { throw TestFailure("cannot become another user") }
            let error = try failure { try ConfigEditor(path: path).login(key("a.example"), Credential("u", "p")) }
            guard error.kind == .badConfiguration else { throw error }
        }
    }

    // MARK: copies

    @Test
    func `a copy that is a link is left to its target, and one that is a file is changed too`() throws {
        try Files.makeDirectory("\(scratch.path)/docker")
        try Files.makeDirectory("\(scratch.path)/containers")
        try Files.makeDirectory("\(scratch.path)/helm")
        let (config, auth, helm) = (
            "\(scratch.path)/docker/config.json", "\(scratch.path)/containers/auth.json",
            "\(scratch.path)/helm/registry.json"
        )
        try Files.link(helm, to: "../docker/config.json")
        try Files.write(#"{"auths":{"p.example":{"auth":"eDp5"},"a.example":{}},"y":1}"#, to: auth)
        let editor = ConfigEditor(path: config, copies: [auth, helm, "\(scratch.path)/missing/auth.json"])

        try editor.login(key("a.example"), Credential("u", "p"))
        #expect(try line(config) == #"{"auths":{"a.example":\#(entry("u", "p"))}}"#)
        #expect(try line(auth) == #"{"auths":{"p.example":{"auth":"eDp5"},"a.example":\#(entry("u", "p"))},"y":1}"#)
        #expect(Files.facts(helm)?.kind == .link)

        #expect(try editor.logout(key("p.example")), "a login that only podman made")
        #expect(try editor.logout(key("a.example")))
        #expect(try line(config) == #"{"auths":{}}"#)
        #expect(try line(auth) == #"{"auths":{},"y":1}"#)
    }

    @Test
    func `a corrupt copy leaves all files untouched`() throws {
        let copy = try scratch.file("auth.json", "{")
        try Files.write("{}", to: path)
        let error = try failure {
            try ConfigEditor(path: path, copies: [copy]).login(key("a.example"), Credential("u", "p"))
        }
        #expect(error.kind == .badData)
        #expect(error.text.hasPrefix(copy))
        #expect(try Files.text(path) == "{}")
    }

    // MARK: many at once

    @Test(.timeLimit(.minutes(2)))
    func `of a hundred logins and logouts at once none is lost and none is seen half`() async throws {
        let path = self.path
        try Files.write(#"{"x":[1,2],"auths":{}}"#, to: path)
        for number in 0..<50 { try editor.login(key("old\(number).example"), Credential("u", "p")) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await onThread {
                        try ConfigEditor(path: path).login(key("new\(number).example"), Credential("u\(number)", "p"))
                    }
                }
                group.addTask {
                    try await onThread {
                        guard try ConfigEditor(path: path).logout(key("old\(number).example")) else {
                            throw TestFailure("old\(number) was gone")
                        }
                    }
                }
                group.addTask { try await onThread { _ = try DockerConfigFile.load(path) } }
            }
            try await group.waitForAll()
        }
        let file = try DockerConfigFile.load(path)
        #expect(Set(file.auths.keys) == Set((0..<50).map { "new\($0).example" }))
        for number in 0..<50 {
            #expect(try file.credential(for: key("new\(number).example")) == Credential("u\(number)", "p"))
        }
        #expect(file.object["x"] == [1, 2])
        #expect(Files.names(in: scratch.path) == ["config.json", "config.json.lock"])
    }

    @Test(.timeLimit(.minutes(2)))
    func `a killed login leaves a whole file, and the next one removes what it left`() async throws {
        let path = self.path
        try editor.login(key("kept.example"), Credential("u", "p"))
        for _ in 0..<8 {
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                // The kill comes from another thread at a moment that nothing here decides.
                Task.detached {
                    usleep(UInt32.random(in: 2_000...60_000))
                    kill(getpid(), SIGKILL)
                }
                var number = 0
                while true {
                    try ConfigEditor(path: path).login(key("killed\(number % 20).example"), Credential("u", "p"))
                    number += 1
                }
            }
            let file = try DockerConfigFile.load(path)
            #expect(try file.credential(for: key("kept.example")) == Credential("u", "p"))
        }
        #expect(try DockerConfigFile.load(path).auths.keys.contains { $0.hasPrefix("killed") }, "no login came so far")
        try Files.write("{", to: "\(scratch.path)/config.json.new-aaaaaaaaaaaa")
        try editor.login(key("last.example"), Credential("u", "p"))
        #expect(Files.names(in: scratch.path) == ["config.json", "config.json.lock"])
    }

    private func line(_ path: String) throws -> String {
        try #require(try JSONValue(parsing: Files.read(path)).object).line
    }
}
