internal import DockerConfig
internal import POSIX
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@testable internal import Registry

@Suite("A file of AWS profiles")
struct AWSProfilesTests {
    @Test(
        "is read as the AWS tools read it",
        arguments: [
            ("[default]\nregion=a", "a"), ("[default]\nregion = a\nregion = b", "b"),
            ("# comment\n; comment\n[default]\n\nREGION =\ta \t\n", "a"), ("\u{FEFF}[default]\r\nregion = a\r\n", "a"),
            ("[default]\nregion = a # comment", "a"), ("[default]\nregion = a#b", "a#b"),
            ("[default] # comment\nregion = a=b", "a=b"), ("  [default]\n  region = a\n  output = json", "a"),
            ("[default]\ns3 =\n  region = x\nregion = a", "a"), ("[default]\nregion = a\n  region = x", "a"),
            ("[default]\nregion = a\n[other]\nregion = b\n[default]\noutput = c", "a"),
            ("[profile default]\nregion = a\n[default]\nregion = b", "a"), ("[ default ]\nregion = a", "a"),
            ("[default]\nregion =", nil), ("region = a", nil), ("[default\nregion = a", nil),
            ("[other]\nregion=a", nil),
            ("[default]\nregion", nil), ("", nil), ("\u{0}[[]]]=\n=\n[]\n=", nil),
        ] as [(String, String?)])
    func reading(text: String, region: String?) throws {
        let context = CloudContext(["AWS_CONFIG_FILE": "/c"], files: ["/c": text], ScriptedClient([]))
        #expect(try AWSProfiles(context).region == region)
    }

    @Test("has profiles by names with spaces and quotes", arguments: ["profile  my one", "profile \"my one\""])
    func names(section: String) throws {
        let context = CloudContext(
            ["AWS_CONFIG_FILE": "/c", "AWS_PROFILE": "my one"], files: ["/c": "[\(section)]\nregion=a"],
            ScriptedClient([]))
        #expect(try AWSProfiles(context).region == "a")
    }

    @Test("is looked for in the home directory, and where variables say")
    func places() throws {
        func paths(_ variables: [String: String]) throws -> [String] {
            try AWSProfiles(CloudContext(variables, ScriptedClient([]))).paths
        }
        #expect(try paths(["HOME": "/h"]) == ["/h/.aws/credentials", "/h/.aws/config"])
        #expect(try paths([:]) == [])
        let variables = ["HOME": "/h", "AWS_CONFIG_FILE": "~/x", "AWS_SHARED_CREDENTIALS_FILE": "/y"]
        #expect(try paths(variables) == ["/y", "/h/x"])
    }

    @Test("of any text does no harm, and gives values without white space around them")
    func rubbish() {
        var generator = SeededGenerator(seed: 9)
        let parts = [
            "[default]", "[", "]", "region", "=", " ", "\t", "\n", "\r", "#", ";", "é", "\"", "\u{0}", "a\u{301}",
        ]
        var found = 0
        for _ in 0..<5000 {
            let count = Int.random(in: 0...14, using: &generator)
            let text = (0..<count).map { _ in parts[Int.random(in: 0..<parts.count, using: &generator)] }.joined()
            guard let value = INIFile(Array("[default]\n\(text)".utf8)).section("default")?["region"] else { continue }
            let region = value.withValue { $0 }
            #expect(!region.hasPrefix(" ") && !region.hasSuffix(" ") && !region.contains("\n"))
            found += 1
        }
        #expect(found > 20)
    }

    @Test("is not read where it is absurdly long")
    func length() {
        let text = String(repeating: "#", count: INIFile.sizeLimit + 1)
        let context = CloudContext(["AWS_CONFIG_FILE": "/c"], files: ["/c": text], ScriptedClient([]))
        #expect(throws: RegistryError.self) { try AWSProfiles(context) }
    }
}

@Suite("A program that has AWS credentials")
struct AWSCredentialProcessTests {
    @Test(
        "is run with the words of its line",
        arguments: [
            ("/bin/a  b\tc", ["/bin/a", "b", "c"]), (#""/a b/c" 'd "e' f"g h"i"#, ["/a b/c", "d \"e", "fg hi"]),
            (#"a\ b "c\"d" "e\f" '\g' """#, ["a b", "c\"d", "e\\f", "\\g", ""]), ("a \"b", nil), ("a\\", nil), ("", []),
            ("a 'b", nil),
        ] as [(String, [String]?)])
    func words(line: String, words: [String]?) {
        #expect(AWSCredentialProcess.words(line) == words)
    }

    private func credentials(_ answer: HelperProgram.Answer) async throws(RegistryError) -> AWSCredentials {
        try await AWSCredentialProcess { (program, arguments) throws(SystemError) in
            #expect(([program] + arguments) == ["vault", "read", "aws"])
            return answer
        }.credentials("vault read aws", profile: "p")
    }

    @Test("gives what it writes")
    func output() async throws {
        let text = """
            {"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "s3cret", "SessionToken": "t0ken",
             "Expiration": "2023-11-14T22:13:20Z"}
            """
        let found = try await credentials(.init(code: 0, output: Array(text.utf8)))
        #expect(
            found
                == AWSCredentials(
                    accessKeyID: "AKIA", secretAccessKey: Secret("s3cret"), sessionToken: Secret("t0ken"),
                    expiry: 1_700_000_000))
    }

    @Test(
        "is an error without its words where it fails or writes something else",
        arguments: [
            (1, #"{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"s3cret"}"#), (0, "s3cret"), (0, ""),
            (0, #"{"Version":2,"AccessKeyId":"AKIA","SecretAccessKey":"s3cret"}"#),
            (0, #"{"Version":1,"AccessKeyId":"","SecretAccessKey":"s3cret"}"#),
            (0, #"{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"s3cret","Expiration":"soon"}"#),
        ] as [(Int32, String)])
    func failures(code: Int32, output: String) async {
        let error = await #expect(throws: RegistryError.self) {
            try await credentials(.init(code: code, output: Array(output.utf8)))
        }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("s3cret") == false)
    }

    @Test("is really run on this machine")
    func real() async throws {
        let line = #"/bin/sh -c 'echo "{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\"}"'"#
        let found = try await AWSCredentialProcess(run: AWSCredentialProcess.system).credentials(line, profile: "p")
        #expect(found.accessKeyID == "A")
    }
}
