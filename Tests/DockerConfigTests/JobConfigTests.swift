internal import DockerConfig
internal import JSON
internal import TestSupport
internal import Testing

/// What a job's config is made of.
@Suite struct JobConfigTests {
    // MARK: auths

    @Test(arguments: ["", "{}", #"{"auths":{}}"#, #"{"auths":{"a.example":{}}}"#, #"{"auths":{"berth.invalid":{}}}"#])
    func `a config without credentials has the placeholder alone`(text: String) throws {
        #expect(JobConfig.build(.init(file: try config(text))).object.line == #"{"auths":{"berth.invalid":{}}}"#)
    }

    @Test(arguments: [
        (entry("u", "p"), entry("u", "p")), (#"{"username":"u","password":"p","email":"x"}"#, entry("u", "p")),
        (#"{"auth":"\#(basicAuth("u", "p"))","username":"x","serveraddress":"y"}"#, entry("u", "p")),
        (#"{"identitytoken":"t"}"#, #"{"auth":"\#(basicAuth("<token>", ""))","identitytoken":"t"}"#),
    ])
    func `an entry is rewritten in the portable form`(text: String, expected: String) throws {
        let job = JobConfig.build(.init(file: try config(#"{"auths":{"a.example":\#(text)}}"#)))
        #expect(try job.object == members(#"{"auths":{"a.example":\#(expected),"berth.invalid":{}}}"#))
        #expect(job.warnings == [])
    }

    @Test(arguments: [
        "docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/",
        "https://index.docker.io/v2/",
        "https://docker.io",
    ])
    func `Docker Hub stands under the one name that all clients find`(name: String) throws {
        let entry = entry("u", "p")
        #expect(try auths(#"{"\#(name)":\#(entry)}"#) == #"{"https://index.docker.io/v1/":\#(entry)}"#)
    }

    @Test(arguments: [
        // The proper name counts, wherever it stands; else the first.
        (["a.example", "https://a.example/v1/"], "0"), (["https://a.example/v1/", "a.example"], "1"),
        (["https://a.example", "http://a.example/v2/"], "0"), (["A.EXAMPLE", "a.example"], "1"),
    ])
    func `of several names of one registry one counts`(names: [String], winner: String) throws {
        let entries = names.enumerated().map { #""\#($1)":\#(entry("\($0)", "p"))"# }.joined(separator: ",")
        #expect(try auths("{\(entries)}") == #"{"a.example":\#(entry(winner, "p"))}"#)
    }

    @Test
    func `an empty entry under the proper name gives way to one that has a credential`() throws {
        let text = #"{"a.example":{},"https://a.example/":\#(entry("u", "p"))}"#
        #expect(try auths(text) == #"{"a.example":\#(entry("u", "p"))}"#)
    }

    @Test
    func `a host's key is put beside the keys of its parts, with the largest part's credential`() throws {
        let text =
            #"""
            {"a.example/g/app":\#(entry("1", "p")), "a.example/g":\#(entry("2", "p")),
            "b.example/x":\#(entry("3", "p")), "b.example":\#(entry("4", "p")),
            "docker.io/lib":\#(entry("5", "p"))}
            """#
        let more = #","a.example":\#(entry("2", "p")),"https://index.docker.io/v1/":\#(entry("5", "p"))}"#
        #expect(try auths(text) == members(text.dropLast() + more).line)
    }

    @Test
    func `an entry that cannot be decoded is left out with a warning that names it`() throws {
        let text = #"{"bad.example":{"auth":"hunter2"},"good.example":\#(entry("u", "p")),"odd.example":7}"#
        let job = JobConfig.build(.init(file: try config(#"{"auths":\#(text)}"#)))
        #expect(try job.object == members(#"{"auths":{"good.example":\#(entry("u", "p")),"berth.invalid":{}}}"#))
        #expect(
            job.warnings == [
                "config.json: the entry of bad.example is left out: its auth is not Base64",
                "config.json: the entry of odd.example is left out: it is not an object",
            ])
    }

    @Test
    func `a key that names no registry is left out with a warning that does not show it`() throws {
        let text = #"{"":\#(entry("u", "p")),"hunter2 \u001b[31m":\#(entry("u", "p"))}"#
        let job = JobConfig.build(.init(file: try config(#"{"auths":\#(text),"credHelpers":{"/":"x"}}"#)))
        #expect(try job.object == members(#"{"auths":{"berth.invalid":{}}}"#))
        #expect(
            job.warnings
                == Array(repeating: "config.json: an entry is left out: its key is no registry's name", count: 3))
    }

    // MARK: what may be inherited

    @Test(arguments: [
        ("all", ["a.example", "a.example/g", "b.example", "https://index.docker.io/v1/"], ["a.example", "c.example"]),
        ("none", [], []), ("a.example", ["a.example", "a.example/g"], ["a.example"]),
        ("a.example/g", ["a.example/g", "a.example"], []),
        ("b.example,docker.io", ["b.example", "https://index.docker.io/v1/"], []),
        ("c.example", [], ["c.example"]), ("d.example", [], []),
    ])
    func `a list limits what is inherited`(list: String, hosts: [String], helpers: [String]) throws {
        let text =
            #"""
            {"auths":{"a.example":\#(entry("1", "p")), "a.example/g":\#(entry("2", "p")),
            "b.example":\#(entry("3", "p")), "docker.io":\#(entry("4", "p")), "x.example":{"auth":"%"}},
            "credHelpers":{"a.example":"h", "c.example":"h"}, "proxies":{}}
            """#
        let inheritance = try #require(Inheritance(list))
        let job = JobConfig.build(.init(file: try config(text), inheritance: inheritance))
        #expect(job.object["auths"]?.object?.keys == hosts + ["berth.invalid"])
        #expect((job.object["credHelpers"]?.object?.keys ?? []) == helpers)
        #expect(job.object["proxies"] == [:])
        #expect(job.warnings.isEmpty == (list != "all"), "what is not inherited is not warned about")
    }

    // MARK: the job's own

    @Test(arguments: ["a.example", "https://a.example/v2/", "A.example"])
    func `a login owns its host`(name: String) throws {
        let text =
            #"""
            {"auths":{"https://a.example/v1/":\#(entry("1", "p")), "a.example/g":\#(entry("2", "p")),
            "a.example":{"auth":"%"}, "a.example:443":\#(entry("3", "p")), "b.example":\#(entry("4", "p"))},
            "credHelpers":{"https://a.example":"h", "b.example":"h"}}
            """#
        let login = JobConfig.Login(try key(name), Credential("job", "pw"), from: "CI_REGISTRY_USER")
        let job = JobConfig.build(.init(file: try config(text), variable: try config(text), logins: [login]))
        #expect(
            try job.object
                == members(
                    #"""
                    {"auths":{"a.example:443":\#(entry("3", "p")), "b.example":\#(entry("4", "p")),
                    "a.example":\#(entry("job", "pw")), "berth.invalid":{}}, "credHelpers":{"b.example":"h"}}
                    """#))
        #expect(job.warnings == [])
        #expect(job.origins.contains(.init(registry: "a.example", source: "CI_REGISTRY_USER")))
    }

    @Test
    func `of two logins to one registry the last counts`() throws {
        let logins = try ["one", "two"].map { JobConfig.Login(try key("docker.io"), Credential($0, "p"), from: $0) }
        let job = JobConfig.build(.init(file: try config(""), logins: logins))
        #expect(job.object["auths"]?.object?.line.contains(entry("two", "p")) == true)
        #expect(job.origins == [.init(registry: "docker.io", source: "two")])
    }

    @Test
    func `a login to a part of a host gets the host's key beside it`() throws {
        let login = JobConfig.Login(try key("a.example/g"), Credential("job", "pw"), from: "x")
        let file = try config(#"{"auths":{"a.example":\#(entry("1", "p"))}}"#)
        let job = JobConfig.build(.init(file: file, logins: [login]))
        #expect(
            job.object["auths"]?.object?.line
                == #"{"a.example/g":\#(entry("job", "pw")),"a.example":\#(entry("job", "pw")),"berth.invalid":{}}"#)
    }

    @Test
    func `a login that no config can hold is left out with a warning that names its source`() throws {
        let login = JobConfig.Login(try key("a.example"), Credential("a:b", "hunter2"), from: "MY_USER")
        let job = JobConfig.build(.init(file: try config(""), logins: [login]))
        #expect(try job.object == members(#"{"auths":{"berth.invalid":{}}}"#))
        #expect(job.warnings == ["MY_USER: the login to a.example is left out: its user name has a colon in it"])
        #expect(job.origins == [])
    }

    @Test
    func `a helper of the job owns its host, by every name that clients ask for`() throws {
        let text =
            #"""
            {"auths":{"docker.io":\#(entry("1", "p")), "docker.io/g":\#(entry("1", "p"))},
            "credHelpers":{"docker.io":"h", "a.example":"h"}}
            """#
        let helper = JobConfig.Helper(try key("docker.io"), program: "berth", from: "--oidc")
        let job = JobConfig.build(.init(file: try config(text), helpers: [helper]))
        #expect(
            try job.object
                == members(
                    #"""
                    {"auths":{"berth.invalid":{}}, "credHelpers":{"a.example":"h",
                    "https://index.docker.io/v1/":"berth", "docker.io":"berth"}}
                    """#))
        #expect(job.origins.last == .init(registry: "docker.io", source: "docker-credential-berth, by --oidc"))
    }

    // MARK: DOCKER_AUTH_CONFIG and stores

    @Test
    func `the variable wins over the store, the store over the file, and nothing else is lost`() throws {
        let file = try config(
            #"""
            {"auths":{"a.example":\#(entry("file", "p")), "b.example":\#(entry("file", "p")),
            "c.example":\#(entry("file", "p"))}, "credsStore":"x"}
            """#
        )
        let variable = try config(#"{"auths":{"a.example":\#(entry("variable", "p"))}}"#, named: "DOCKER_AUTH_CONFIG")
        let stored = ["a.example", "https://b.example"].map {
            StoredCredential(server: $0, Credential("store", "p"), from: "docker-credential-x")
        }
        let job = JobConfig.build(.init(file: file, variable: variable, stored: stored))
        #expect(
            try job.object
                == members(
                    #"""
                    {"auths":{"a.example":\#(entry("variable", "p")), "b.example":\#(entry("store", "p")),
                    "c.example":\#(entry("file", "p")), "berth.invalid":{}}}
                    """#))
        #expect(
            job.origins == [
                .init(registry: "a.example", source: "DOCKER_AUTH_CONFIG"),
                .init(registry: "b.example", source: "docker-credential-x"),
                .init(registry: "c.example", source: "config.json"),
            ])
    }

    @Test
    func `the file's helper does not stand before the variable's entry, and the variable's own helper does`() throws {
        let file = try config(#"{"credHelpers":{"a.example":"file","b.example":"file","c.example":"file"}}"#)
        let variable = try config(
            #"""
            {"auths":{"https://a.example":\#(entry("u", "p")), "c.example":{}},
            "credHelpers":{"b.example":"variable"}}
            """#
        )
        let job = JobConfig.build(.init(file: file, variable: variable))
        #expect(
            try job.object
                == members(
                    #"""
                    {"credHelpers":{"c.example":"file", "b.example":"variable"},
                    "auths":{"a.example":\#(entry("u", "p")), "berth.invalid":{}}}
                    """#))
    }

    @Test
    func `a helper is where its host's credential comes from, whatever auths has`() throws {
        let job = JobConfig.build(
            .init(
                file: try config(
                    #"{"auths":{"a.example":\#(entry("u", "p"))},"credHelpers":{"a.example":"ecr-login"}}"#)))
        #expect(
            job.origins == [
                .init(registry: "a.example", source: "docker-credential-ecr-login, by credHelpers in config.json")
            ])
    }

    @Test
    func `a helper without a name does not survive, since podman would run it`() throws {
        let job = JobConfig.build(.init(file: try config(#"{"credHelpers":{"a.example":""},"credsStore":"x"}"#)))
        #expect(try job.object == members(#"{"auths":{"berth.invalid":{}}}"#))
    }

    @Test
    func `berth as another job's helper is not inherited, since it has nothing of that job`() throws {
        let file = try config(#"{"credHelpers":{"a.example":"berth","b.example":"h"}}"#)
        #expect(
            try JobConfig.build(.init(file: file)).object
                == members(#"{"credHelpers":{"b.example":"h"},"auths":{"berth.invalid":{}}}"#))
    }

    @Test
    func `a store is the job's own, or none`() throws {
        let file = try config(#"{"credsStore":"ecr-login","x":1}"#)
        #expect(
            try JobConfig.build(.init(file: file, store: "berth")).object
                == members(#"{"credsStore":"berth","x":1,"auths":{"berth.invalid":{}}}"#))
        #expect(try JobConfig.build(.init(file: file)).object == members(#"{"x":1,"auths":{"berth.invalid":{}}}"#))
    }

    // MARK: everything else

    @Test
    func `other keys survive in their order and credsStore does not`() throws {
        let job = JobConfig.build(
            .init(
                file: try config(
                    #"""
                    {"zebra":{"b":1, "a":[1,null]}, "HttpHeaders":{"X":"y"}, "credsstore":"x", "auths":{},
                    "proxies":{"default":{"httpProxy":"p"}}, "credHelpers":{"a.example":"e"}, "aliases":{"b":"c"},
                    "plugins":{"q":{"r":"s"}}, "é":""}
                    """#
                )))
        #expect(
            try job.object
                == members(
                    #"""
                    {"zebra":{"b":1, "a":[1,null]}, "HttpHeaders":{"X":"y"}, "auths":{"berth.invalid":{}},
                    "proxies":{"default":{"httpProxy":"p"}}, "credHelpers":{"a.example":"e"}, "aliases":{"b":"c"},
                    "plugins":{"q":{"r":"s"}}, "é":""}
                    """#))
    }

    @Test
    func `a context goes with its contexts, and plugins are looked for where they are`() throws {
        let scratch = try ScratchDirectory()
        let docker = try scratch.directory("docker")
        let file = try config(#"{"currentContext":"far","cliPluginsExtraDirs":["/usr/p"]}"#)
        let bare = JobConfig.build(.init(file: file, directory: OriginalDirectory(path: docker)))
        #expect(try bare.object == members(#"{"cliPluginsExtraDirs":["/usr/p"],"auths":{"berth.invalid":{}}}"#))

        for name in ["contexts", "cli-plugins"] { try Files.makeDirectory("\(docker)/\(name)") }
        let full = JobConfig.build(.init(file: file, directory: OriginalDirectory(path: docker)))
        #expect(
            try full.object
                == members(
                    #"""
                    {"currentContext":"far", "cliPluginsExtraDirs":["/usr/p", "\#(docker)/cli-plugins"],
                    "auths":{"berth.invalid":{}}}
                    """#))
        let again = JobConfig.build(
            .init(file: try config(full.object.line), directory: OriginalDirectory(path: docker)))
        #expect(again.object == full.object)
    }

    @Test
    func `a job's config is inherited by a job in the job as it is`() throws {
        let file = try config(#"{"auths":{"a.example/g":\#(entry("u", "p")),"docker.io":\#(entry("v", "p"))},"x":1}"#)
        let outer = JobConfig.build(.init(file: file))
        let inner = JobConfig.build(.init(file: try config(outer.object.line)))
        #expect(inner.object == outer.object)
        #expect(inner.warnings == [])
    }

    @Test
    func `thousands of registries are no matter`() throws {
        let entries = (0..<2_000).map { #""r\#($0).example":{"auth":"dTpw"}"# }.joined(separator: ",")
        let job = JobConfig.build(.init(file: try config(#"{"auths":{\#(entries)}}"#)))
        #expect(job.origins.count == 2_000)
    }

    private func auths(_ text: String) throws -> String {
        let job = JobConfig.build(.init(file: try config(#"{"auths":\#(text)}"#)))
        var auths = try #require(job.object["auths"]?.object)
        #expect(auths.keys.last == "berth.invalid")
        auths["berth.invalid"] = nil
        return auths.line
    }
}

@Suite struct OriginalDirectoryTests: ~Copyable {
    let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    @Test
    func `a directory that is not there holds nothing`() {
        #expect(OriginalDirectory(path: "\(scratch.path)/missing") == .empty)
    }

    @Test
    func `what docker keeps beside its config is led to by absolute paths without links`() throws {
        let real = try scratch.directory("real")
        for name in ["contexts", "trust", "cli-plugins", "buildx"] { try Files.makeDirectory("\(real)/\(name)") }
        for name in ["ca.pem", "cert.pem", "key.pem", "config.json"] { try Files.write("", to: "\(real)/\(name)") }
        try Files.link("\(scratch.path)/docker", to: "real")
        let directory = OriginalDirectory(path: "\(scratch.path)/docker")
        #expect(directory.links.map(\.name) == ["contexts", "trust", "ca.pem", "cert.pem", "key.pem"])
        #expect(directory.links.allSatisfy { $0.target == "\(real)/\($0.name)" })
        #expect(directory.pluginDirectory == "\(real)/cli-plugins")
        #expect(directory.hasContexts)
    }

    @Test
    func `only what is of the right kind is led to`() throws {
        try Files.makeDirectory("\(scratch.path)/ca.pem")
        try Files.write("", to: "\(scratch.path)/contexts")
        try Files.link("\(scratch.path)/key.pem", to: "nowhere")
        #expect(OriginalDirectory(path: scratch.path) == .empty)
    }
}
