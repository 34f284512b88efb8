internal import Credentials
internal import DockerConfig
internal import POSIX
internal import Registry
internal import Testing

@Suite("doctor --verify and credential helpers")
struct HelperTrialTests {
    private static func trial(_ answer: HelperProgram.Answer) -> HelperTrial {
        HelperTrial { (program, verb, input) throws(SystemError) in
            #expect(program == "docker-credential-pass" && verb == "get" && input == Array("r.example.com".utf8))
            return answer
        }
    }

    private let key: RegistryKey

    init() throws {
        key = try #require(RegistryKey("r.example.com"))
    }

    @Test("what a helper has is tried")
    func given() throws {
        let answer = HelperProgram.Answer(
            code: 0, output: Array(#"{"ServerURL":"r.example.com","Username":"u","Secret":"s"}"#.utf8),
            errors: Array("a warning".utf8))
        #expect(
            try Self.trial(answer).credential(for: key, by: "pass") == Credential(username: "u", password: Secret("s")))
    }

    @Test(
        "of what a helper complains of there is one line, without control characters and tokens",
        arguments: [
            ("\u{1B}[31mthe store\nis locked\u{7}", "; it says: [31mthe store is locked"),
            ("no use for eyJhbGciOi.eyJz.x here", "; it says: no use for *** here"),
            (
                "bad token=ghp_0123456789abcdefABCDEF at 123.dkr.ecr.us-east-1.amazonaws.com",
                "; it says: bad *** at 123.dkr.ecr.us-east-1.amazonaws.com"
            ),
            ("", "exit code 1"),
        ])
    func complaint(complaint: String, shown: String) {
        let answer = HelperProgram.Answer(code: 1, output: [], errors: Array(complaint.utf8))
        let error = #expect(throws: RegistryError.self) {
            try Self.trial(answer).credential(for: key, by: "pass")
        }
        #expect(error?.text.hasSuffix(shown) == true, "\(error?.text ?? "")")
        #expect(error?.hint?.contains("echo r.example.com | docker-credential-pass get") == true)
    }
}
