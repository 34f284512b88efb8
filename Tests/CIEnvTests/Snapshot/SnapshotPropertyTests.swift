internal import CIEnv
internal import JSON
internal import TestSupport
internal import Testing

/// What no snapshot may break, on environments of chance.
@Suite("A snapshot of any environment")
struct SnapshotPropertyTests {
    /// Whether `secret` stands in `text` in a form that anybody could read: looked for here by the secret's own encodings,
    /// where the program decodes the values.
    static func holds(_ text: String, _ secret: String) -> Bool {
        let bytes = Array(secret.utf8)
        let alignments = base64Alignments(bytes)
        let urlSafe = alignments.map { String($0.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }) }
        let escaped = [percentEncoded(bytes), percentEncoded(bytes, isCapital: false), json(secret)]
        return ([secret] + alignments + urlSafe + escaped).contains { text.contains($0) }
            || text.lowercased().contains(hex(bytes))
    }

    static func json(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\n": "\\n"
            case "\t": "\\t"
            case _ where scalar.value < 0x20: "\\u00\(scalar.value < 0x10 ? "0" : "")\(String(scalar.value, radix: 16))"
            default: String(scalar)
            }
        }.joined()
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Text of `count` characters out of `alphabet`.
    static func text(_ count: Int, of alphabet: String, _ random: inout SeededGenerator) -> String {
        let characters = Array(alphabet)
        return String((0..<count).map { _ in characters[Int.random(in: 0..<characters.count, using: &random)] })
    }

    static let signs = #"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 +/%&="'\{}$:@#?~é!\#n\#t"#

    /// `secret` in one of the ways in which programs put it into a value.
    static func placed(_ secret: String, _ random: inout SeededGenerator) -> String {
        let filling = { (random: inout SeededGenerator) in
            text(Int.random(in: 0...12, using: &random), of: signs, &random)
        }
        let inner = filling(&random) + secret + filling(&random)
        let bytes = Array(inner.utf8)
        let urlSafe = String(base64(bytes).compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
        let lines = base64(bytes).enumerated().map { ($0 % 16 == 15 ? "\n" : "") + String($1) }.joined()
        let forms = [
            inner, base64(bytes), urlSafe, lines, percentEncoded(bytes), percentEncoded(bytes, isCapital: false),
            json(inner),
            hex(bytes),
            hex(bytes).uppercased(), base64(Array(base64(bytes).utf8)), base64(Array(json(inner).utf8)),
            "{\"auth\":\"\(json(base64(bytes)).replacing("/", with: "\\/"))\"}",
            percentEncoded(Array(base64(bytes).utf8)),
        ]
        return filling(&random) + forms[Int.random(in: 0..<forms.count, using: &random)] + filling(&random)
    }

    @Test("has no secret in it, in no encoding", arguments: 0..<30)
    func secretsAreGone(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let names = ["CI_JOB_TOKEN", "MY_PASSWORD", "SETTING"]
        var variables: [String: String] = [:]
        for name in names {
            let secret = Self.text(Int.random(in: 6...40, using: &random), of: Self.signs, &random)
            // What is around a secret is no part of it.
            variables[name] = "x\(secret)x"
        }
        let secrets = names.compactMap { variables[$0] }
        for number in 0..<12 {
            variables["V\(number)"] = Self.placed(secrets[number % secrets.count], &random)
        }
        let result = try snapshot(variables, secret: ["SETTING"])
        for (name, value) in result.snapshot.values {
            for secret in secrets {
                #expect(!Self.holds(value, secret), "\(name) of seed \(seed)")
            }
        }
        let document = result.snapshot.json.text(indented: true)
        #expect(secrets.allSatisfy { !Self.holds(document, $0) })
    }

    @Test("has all else byte for byte", arguments: 0..<20)
    func othersStay(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var variables = ["CI_JOB_TOKEN": "token-of-job-1", "MY_PASSWORD": "opensesame-17"]
        let words = [
            "main", "é\n", "e\u{301}", "a b", "$(x)", "*", "\"", "\\", "{{", "}}", "{{x}}", "/", "app", "1.2", "%2",
            "\t", "",
        ]
        for number in 0..<20 {
            let count = Int.random(in: 0...6, using: &random)
            variables["V\(number)"] = (0..<count).map { _ in words[Int.random(in: 0..<words.count, using: &random)] }
                .joined()
        }
        let result = try snapshot(variables)
        let expected = variables.merging([
            "CI_JOB_TOKEN": "{{CI_JOB_TOKEN}}", "MY_PASSWORD": "{{MY_PASSWORD}}",
        ]) { $1 }
        #expect(result.snapshot.values.mapValues { Array($0.utf8) } == expected.mapValues { Array($0.utf8) })
        let text = Array(result.snapshot.json.text(indented: true).utf8)
        let given = ["CI_JOB_TOKEN": "token-of-job-1", "MY_PASSWORD": "opensesame-17"]
        let replay = Replay(try Snapshot(parsing: text, named: "f"), given: given)
        let replayed = replay.variables.map { ($0.name, Array($0.value.utf8)) }
        #expect(Dictionary(uniqueKeysWithValues: replayed) == variables.mapValues { Array($0.utf8) })
    }

    @Test("of every CI system hides nothing that the system sets for all to see", arguments: SampleJob.all)
    func samples(job: SampleJob) throws {
        let result = try snapshot(job.environment, of: job.system)
        let hidden = result.replaced.map(\.name).filter { !Self.secretsOfSamples.contains($0) }
        #expect(hidden == [], "\(result.replaced)")
        #expect(result.masked == [])
    }

    /// The secrets that the sample jobs have.
    static let secretsOfSamples: Set<String> = [
        "CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "GITHUB_TOKEN",
        // An address with a password in it.
        "CIRRUS_REPO_CLONE_URL",
    ]
}
