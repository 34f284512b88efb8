import Cleanup
import JSON
import Testing
import TestSupport

/// The examples of a document.
enum PolicyExamples {
    static let path = "\(Berth.packageRoot)/docs/cleanup/policy.md"

    /// Every block of YAML in the reference; what is a part only becomes a whole policy.
    static func all() throws -> [String] {
        let text = try Files.text(path)
        var examples: [String] = []
        var block: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            switch (line, block) {
            case ("```yaml", nil): block = []
            case ("```", let lines?):
                let example = lines.joined(separator: "\n")
                examples.append(lines.contains("version: 1") ? example : wrapped(example))
                block = nil
            default: block?.append(line)
            }
        }
        return examples
    }
}

@Suite("The reference of the policy file")
struct PolicyReferenceTests {
    @Test("has examples that are policies")
    func examples() throws {
        let examples = try PolicyExamples.all()
        #expect(examples.count >= 8)
        for example in examples {
            do throws(CleanupError) {
                let policy = try Policy(parsing: Array(example.utf8), file: "example")
                #expect(policy.repositories.allSatisfy { !$0.delete.isEmpty }, "\(example)")
            } catch {
                Issue.record("\(error)\n\(example)")
            }
        }
    }

    @Test("has rules that mean the same as they are shown")
    func sources() throws {
        for example in try PolicyExamples.all() + [PolicyReaderTests.example] {
            for shown in try policy(example).repositories {
                let delete = shown.delete.map { "\n  - \($0.source)" }, keep = shown.keep.map { "\n  - \($0.source)" }
                let again = try part("delete:\(delete.joined())\nkeep:\(keep.isEmpty ? " []" : keep.joined())")
                #expect(again.delete == shown.delete)
                #expect(again.keep == shown.keep)
            }
        }
    }

    @Test(
        "names every key",
        arguments: [
            "version", "repositories", "match", "time", "max-delete", "delete", "keep", "untagged", "tags", "semver",
            "labels",
            "annotations", "older-than", "last", "within", "per", "git", "in-use", "branches", "tag",
        ])
    func keys(key: String) throws {
        let text = try Files.text(PolicyExamples.path)
        #expect(text.contains("\n| `\(key)` |"), "\(key)")
        // And the schema does.
        let schema = try Files.text("\(Berth.packageRoot)/docs/cleanup/policy.schema.json")
        #expect(schema.contains("\"\(key)\": {"))
    }
}

@Suite("The policy file's schema", .enabled(if: Beside.pythonObstacle == nil, "\(Beside.pythonObstacle ?? "")"))
struct PolicySchemaTests {
    /// For each of a list of texts, whether the schema takes it.
    private static let program = """
        import json, sys, yaml, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        print(json.dumps([validator.is_valid(yaml.safe_load(text)) for text in json.load(sys.stdin)]))
        """

    private func verdicts(_ texts: [String]) async throws -> [Bool] {
        var command = Command(
            Beside.python, ["-B", "-c", Self.program, "\(Berth.packageRoot)/docs/cleanup/policy.schema.json"])
        command.input = Array(JSONValue.array(texts.map { .string($0) }).text(indented: false).utf8)
        let outcome = try await command.succeed()
        return try JSONValue(parsing: outcome.output).array?.map { $0 == .bool(true) } ?? []
    }

    @Test("takes what the reader takes")
    func good() async throws {
        let examples =
            try PolicyExamples.all() + [PolicyReaderTests.example] + [
                "version: 1\nrepositories: [{}]", wrapped("max-delete: 0"), wrapped("max-delete: 100%"),
                wrapped("delete:\n- {tags: [1.10, yes], labels: {keep: true, empty: \"\"}}"),
                wrapped("keep:\n- {in-use: [\"kubernetes:*\", ./kubernetes, \"-\"]}"), wrapped("match: [a, /b/]"),
            ]
        let verdicts = try await verdicts(examples)
        #expect(verdicts.count == examples.count)
        for (example, isValid) in zip(examples, verdicts) {
            #expect(isValid, "\(example)")
            #expect(throws: Never.self) { try policy(example) }
        }
    }

    @Test("refuses what the reader refuses")
    func bad() async throws {
        let mistakes = PolicyReaderTests.mistakes.filter(\.isInSchema)
        #expect(mistakes.count > 40)
        let verdicts = try await verdicts(mistakes.map(\.text))
        #expect(verdicts.count == mistakes.count)
        for (mistake, isValid) in zip(mistakes, verdicts) {
            #expect(!isValid, "\(mistake.text)")
        }
    }
}
