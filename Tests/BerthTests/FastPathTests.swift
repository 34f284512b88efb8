internal import ArgumentParser
internal import CIEnv
internal import TestSupport
internal import Testing

@testable internal import berth

/// The fast reading of command lines says what ArgumentParser says, or nothing.
@Suite struct FastPathTests {
    /// What ArgumentParser makes of the words behind `ci-env`; nil where it refuses them.
    private func parsed(_ words: [String]) -> CIEnvArguments? {
        (try? CIEnvCommand.parse(words))?.options.arguments
    }

    // MARK: - What it answers

    /// Command lines as pipelines have them.
    static let usual: [[String]] = [
        [], ["gitlab"], ["auto"], ["no-such-system"], ["gitlab", "--shell", "fish"], ["--shell", "fish", "gitlab"],
        ["--shell=fish"], ["--as-file"], ["--as-env-file"], ["--use-docker-auth-config"], ["--explain"],
        ["--login-to-registry"], ["--no-login-to-registry"], ["--verify"], ["--no-verify"],
        ["-o", "job.env"], ["--output-file-path", "job.env"], ["--output-file-path=job.env"],
        ["--docker-config", "/d"], ["--inherit", "none"], ["--inherit=a.example.com,b.example.com:5000"],
        ["--login", "a=U,P"], ["--login=a=U,P", "--login", "b=U,P"], ["--oidc", "a", "--oidc=b=role:x"],
        ["--tmp-dir", "/tmp"], ["--tmp-dir", "a path with blanks"], ["--ttl", "30m"], ["--watch", "never"],
        ["github", "--shell", "github", "--no-login-to-registry", "--verify", "--explain", "--ttl=1h", "-o", "x"],
    ]

    @Test(arguments: usual)
    func `the usual command lines are read the fast way, and mean the same`(words: [String]) throws {
        let fast = try #require(FastPath.arguments(words))
        #expect(fast == parsed(words))
    }

    // MARK: - What it leaves to ArgumentParser

    /// Help, mistakes, and what only ArgumentParser knows to be right.
    static let unusual: [[String]] = [
        // Help and the like.
        ["--help"], ["-h"], ["--version"], ["gitlab", "--help"], ["-v"], ["--verbose"], ["-q"], ["--quiet"],
        ["--color", "never"], ["--color=always"], ["--generate-completion-script"], ["--"], ["--", "gitlab"],
        // Mistakes.
        ["--no-such-option"], ["--no-such-option", "x"], ["-x"], ["gitlab", "github"], [""], ["gitlab", ""],
        ["--as-file=true"], ["--no-as-file"], ["--no-explain"], ["--explain=1"], ["-"],
        // An option without its value.
        ["--shell"], ["gitlab", "--ttl"], ["-o"], ["--login"], ["--shell="], ["--shell", ""], ["--shell", "--explain"],
        ["--tmp-dir", "-x"], ["--login", "-"],
        // Abbreviations and short options in one word.
        ["--she", "fish"], ["--expl"], ["-ofile"], ["-o=file"], ["-vq"],
        // Twice, or one and its opposite.
        ["--shell", "fish", "--shell", "sh"], ["--shell=fish", "--shell=fish"], ["-o", "a", "--output-file-path", "b"],
        ["--as-file", "--as-file"], ["--explain", "--explain"], ["--verify", "--no-verify"], ["--verify", "--verify"],
        ["--no-login-to-registry", "--login-to-registry"],
    ]

    @Test(arguments: unusual)
    func `what is unusual is left to ArgumentParser`(words: [String]) {
        #expect(FastPath.arguments(words) == nil)
    }

    @Test(arguments: [["-x"], ["--no-such-option"], ["--shell"], ["gitlab", "github"], ["--as-file=true"]])
    func `ArgumentParser refuses the mistakes`(words: [String]) {
        #expect(parsed(words) == nil)
    }

    // MARK: - Random command lines

    /// Words that stand alone, options that take a value, and values.
    private static let words = [
        "gitlab", "github", "--as-file", "--as-env-file", "--use-docker-auth-config", "--explain",
        "--login-to-registry",
        "--no-login-to-registry", "--verify", "--no-verify", "--help", "--", "-", "", "-v", "--sh", "-oq", "--nonsense",
    ]
    private static let options = [
        "--shell", "-o", "--output-file-path", "--docker-config", "--inherit", "--login", "--oidc", "--tmp-dir",
        "--ttl",
        "--watch", "--nonsense", "--color",
    ]
    private static let values = [
        "x", "/a/b", "a=U,P", "a b", "none", "é", "=", "a=", "--x", "-", "", "-1", "1h30m", "\n",
    ]

    private static func randomLine(_ generator: inout SeededGenerator) -> [String] {
        var line: [String] = []
        for _ in 0..<Int.random(in: 0...5, using: &generator) {
            let option = options[Int.random(in: 0..<options.count, using: &generator)]
            let value = values[Int.random(in: 0..<values.count, using: &generator)]
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1: line.append(words[Int.random(in: 0..<words.count, using: &generator)])
            case 2, 3, 4: line += [option, value]
            case 5, 6: line.append("\(option)=\(value)")
            default: line.append(option)
            }
        }
        return line
    }

    @Test func `two thousand random command lines mean the same either way`() {
        var generator = SeededGenerator(seed: 20_240_607)
        var answered = 0
        for _ in 0..<2000 {
            let line = Self.randomLine(&generator)
            guard let fast = FastPath.arguments(line) else { continue }
            answered += 1
            #expect(fast == parsed(line), "\(line)")
        }
        // Else the test would say nothing.
        #expect(answered > 400, "only \(answered) were answered")
    }
}
