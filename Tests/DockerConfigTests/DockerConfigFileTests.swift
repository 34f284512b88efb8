internal import DockerConfig
internal import Glibc
internal import JSON
internal import POSIX
internal import TestSupport
internal import Testing

/// Reading configs.
@Suite struct DockerConfigFileTests: ~Copyable {
    let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    // MARK: text

    @Test(arguments: [
        "", " ", "\n", "\r\n\t  \n", "{}", #"{"auths":{}}"#, #"{"auths":null,"proxies":null,"credsStore":null}"#,
    ])
    func `a config that says nothing has nothing`(text: String) throws {
        let file = try config(text)
        #expect(file.auths.isEmpty)
        #expect(file.credHelpers.isEmpty)
        #expect(file.credsStore == nil)
    }

    @Test(arguments: [
        ("garbage", "no JSON at line 1, column 7: '[' or '{' expected"),
        (#"{"auths": {"#, "no JSON at line 1, column 11: string or '}' expected near end of file"),
        ("{\n  \"auths\": {},\n}", "no JSON at line 3, column 1: string or '}' expected"),
        (#"{} trailing"#, "no JSON at line 1, column 11: end of file expected"),
        (#"{"a": nul}"#, "no JSON at line 1, column 9: invalid token"),
        ("\u{FEFF}{}", "it begins with a byte order mark"), ("[]", "its top level is not an object"),
        (#"{"auths": 7}"#, #""auths" is not an object"#), (#"{"auths": []}"#, #""auths" is not an object"#),
        (#"{"AUTHS": "x"}"#, #""auths" is not an object"#), (#"{"credsStore": {}}"#, #""credsStore" is not text"#),
        (#"{"credHelpers": "x"}"#, #""credHelpers" is not an object of texts"#),
        (#"{"credHelpers": {"a": 7}}"#, #""credHelpers" is not an object of texts"#),
        (#"{"HttpHeaders": {"a": ["b"]}}"#, #""HttpHeaders" is not an object of texts"#),
        (#"{"httpheaders": true}"#, #""HttpHeaders" is not an object of texts"#),
        (#"{"proxies": {"default": "http://proxy"}}"#, #""proxies" is not an object of objects"#),
        (#"{"currentContext": 1}"#, #""currentContext" is not text"#),
        (#"{"cliPluginsExtraDirs": "x"}"#, #""cliPluginsExtraDirs" is not a list of texts"#),
        (#"{"cliPluginsExtraDirs": [1]}"#, #""cliPluginsExtraDirs" is not a list of texts"#),
        (#"{"plugins": {"a": 1}}"#, #""plugins" is not an object of objects"#),
    ])
    func `a corrupt config is bad data, and the error says where and why`(text: String, why: String) throws {
        let error = try failure { _ = try config(text) }
        #expect(error.kind == .badData)
        #expect(error.text == "config.json: \(why)")
    }

    @Test(arguments: [
        #"{"auths": {"a": {"auth": "hunter2"}"#, #"{"auths": {"a": {"auth": "hunter2}}}"#, #"{"auth": hunter2}"#,
        #"hunter2"#, #"{"auths": "hunter2"}"#, #"{"credsStore": ["hunter2"]}"#, "{\"hunter2\u{1}\": 1}",
        "{\"a\": \"hunter2\n\"}",
        #"{"auths": {"a": {"auth": "hunter2\q"}}}"#, #"{"a": "hunter2" "hunter2"}"#,
    ])
    func `an error shows nothing of the text`(text: String) throws {
        let error = try failure { _ = try config(text) }
        #expect(!"\(error) \(error.hint ?? "")".contains("hunter2"))
    }

    @Test
    func `keys are found in any case, as docker finds them, and keep their places`() throws {
        let file = try config(
            #"{"x":1,"CREDSSTORE":"desktop","Auths":{"h":{}},"y":2,"CredHelpers":{"a":"b"},"HTTPHeaders":{}}"#)
        #expect(file.credsStore == "desktop")
        #expect(file.auths.keys == ["h"])
        #expect(file.credHelpers.map(\.server) == ["a"])
        #expect(file.object.keys == ["x", "credsStore", "auths", "y", "credHelpers", "HttpHeaders"])
    }

    @Test
    func `an empty credsStore is none`() throws {
        #expect(try config(#"{"credsStore":""}"#).credsStore == nil)
    }

    // MARK: files

    @Test
    func `a missing file is an empty config`() throws {
        for path in ["\(scratch.path)/config.json", "\(scratch.path)/missing/config.json"] {
            #expect(try DockerConfigFile.load(path) == .empty(named: path))
        }
        try Files.link("\(scratch.path)/dangling", to: "nowhere")
        #expect(try DockerConfigFile.load("\(scratch.path)/dangling").object.isEmpty)
    }

    @Test
    func `a file is read through links and named by its path`() throws {
        let real = try scratch.directory("real")
        try Files.write(#"{"credsStore":"x"}"#, to: "\(real)/config.json")
        try Files.link("\(scratch.path)/docker", to: "real")
        try Files.link("\(scratch.path)/config.json", to: "docker/config.json")
        let file = try DockerConfigFile.load("\(scratch.path)/config.json")
        #expect(file.credsStore == "x")
        #expect(file.name == "\(scratch.path)/config.json")
    }

    @Test
    func `an empty file is an empty config`() throws {
        #expect(try DockerConfigFile.load(scratch.file("config.json", "")).object.isEmpty)
    }

    @Test
    func `a corrupt file is named with what is wrong and where`() throws {
        let path = try scratch.file("config.json", "{\n  \"auths\": {]\n}")
        let error = try failure { _ = try DockerConfigFile.load(path) }
        #expect(error.kind == .badData)
        #expect(error.text == "\(path): no JSON at line 2, column 13: string or '}' expected")
        #expect(try Files.text(path) == "{\n  \"auths\": {]\n}")
    }

    @Test
    func `a file of 1 MiB is read and a longer one is bad data`() throws {
        let path = "\(scratch.path)/config.json", frame = #"{"x":""}"#
        let filling = String(repeating: "a", count: (1 << 20) - frame.utf8.count)
        try Files.write(#"{"x":"\#(filling)"}"#, to: path)
        #expect(try DockerConfigFile.load(path).object["x"]?.string?.utf8.count == filling.utf8.count)
        try Files.write(#"{"x":"\#(filling)a"}"#, to: path)
        let error = try failure { _ = try DockerConfigFile.load(path) }
        #expect(error == DockerConfigError(.badData, "\(path): it is larger than 1 MiB"))
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("a directory", "it is not a file"), ("a pipe", "it is not a file"), ("/dev/zero", "it is not a file"),
            ("/dev/tty", "it is not a file"), ("a loop", "Too many levels of symbolic links"),
            ("below a file", "Not a directory"), ("a link to a directory", "it is not a file"),
        ])
    func `what is no file is refused at once`(kind: String, why: String) async throws {
        let path = "\(scratch.path)/config.json"
        var named = path
        switch kind {
        case "a directory": try Files.makeDirectory(path)
        case "a pipe": try await Command("mkfifo", [path]).succeed()
        case "a loop": try Files.link(path, to: "config.json")
        case "a link to a directory": try Files.link(path, to: ".")
        case "below a file": named = "\(try scratch.file("file", ""))/config.json"
        default: named = kind
        }
        let error = try failure { _ = try DockerConfigFile.load(named) }
        #expect(error.kind == .badConfiguration)
        #expect(error.text == "cannot read \(named): \(why)")
        #expect(error.hint != nil)
    }

    @Test(.disabled(if: !Berth.isRoot, "only root can become a user who may not read a file"))
    func `a file that may not be read is bad configuration`() async throws {
        let path = try scratch.file("config.json", "{}", mode: 0)
        Files.setMode(scratch.path, 0o755)
        await #expect(processExitsWith: .success) { [path = path as String] in
            guard setuid(12345) == 0 else { throw TestFailure("cannot become another user") }
            let error = try failure { _ = try DockerConfigFile.load(path) }
            guard error.kind == .badConfiguration, error.text == "cannot read \(path): Permission denied" else {
                throw error
            }
        }
    }

    // MARK: the variable

    @Test(arguments: [
        (#"{"auths":{"h":{}}}"#, ["h"]), ("  \n {\"auths\":{\"h\":{}}}\n", ["h"]), ("", []), (" \n", []), ("{}", []),
    ])
    func `the variable may hold a config's text`(value: String, hosts: [String]) throws {
        let file = try DockerConfigFile.variable(value, named: "DOCKER_AUTH_CONFIG")
        #expect(file.auths.keys == hosts)
        #expect(file.name == "DOCKER_AUTH_CONFIG")
    }

    @Test
    func `the variable may name a file`() throws {
        let path = try scratch.file("auth", #"{"auths":{"h":{}}}"#)
        #expect(try DockerConfigFile.variable("\(path)\n", named: "DOCKER_AUTH_CONFIG").auths.keys == ["h"])
        try Files.write("{", to: path)
        let error = try failure { _ = try DockerConfigFile.variable(path, named: "DOCKER_AUTH_CONFIG") }
        #expect(error.kind == .badData)
        #expect(error.text.hasPrefix("the file that DOCKER_AUTH_CONFIG names: no JSON at line 1"))
    }

    @Test(arguments: [
        "hunter2", "/hunter2", "\"auths\": {\"h\": \"hunter2\"}", "/\(String(repeating: "hunter2", count: 2000))",
    ])
    func `any other value is an error that does not show it`(value: String) throws {
        let error = try failure { _ = try DockerConfigFile.variable(value, named: "DOCKER_AUTH_CONFIG") }
        #expect([.badData, .badConfiguration].contains(error.kind))
        #expect(error.text.contains("DOCKER_AUTH_CONFIG"))
        #expect(!"\(error) \(error.hint ?? "")".contains("hunter2"))
    }

    // MARK: anything

    @Test
    func `a config that was changed at random is read or refused, and a job's config is made of it`() throws {
        let whole = Array(
            #"""
            {"auths":{"h.example:5000":{"auth":"dTpw"},"https://index.docker.io/v1/":{"username":"u","password":"p"},
            "h/g":{"identitytoken":"t"}},"credHelpers":{"a.example":"x"},"credsStore":"y","proxies":{"default":{}},
            "HttpHeaders":{"a":"b"},"cliPluginsExtraDirs":["/p"],"unknown":[1,-2.5e3,"\u00e9\n",null,{"a":[]}]}
            """#.utf8)
        var read = 0
        for _ in 0..<20_000 {
            var text = whole
            for _ in 0..<Int.random(in: 1...4) {
                let place = Int.random(in: 0..<text.count)
                switch Int.random(in: 0..<4) {
                case 0: text[place] = UInt8.random(in: .min ... .max)
                case 1: text.remove(at: place)
                case 2: text.insert(Array(#"{}[]":,0"#.utf8).randomElement() ?? 0, at: place)
                default: text.removeSubrange(place..<min(place + Int.random(in: 0..<20), text.count))
                }
                if text.isEmpty { text = whole }
            }
            guard let file = try? DockerConfigFile.parse(text, named: "mutated") else { continue }
            read += 1
            let job = JobConfig.build(JobConfig.Inputs(file: file, variable: file))
            #expect(job.object["auths"]?.object?.keys.contains("berth.invalid") == true)
            let again = Array(JSONValue.object(job.object).text().utf8)
            #expect(throws: Never.self) { try DockerConfigFile.parse(again, named: "again") }
        }
        #expect(read > 100)
    }
}
