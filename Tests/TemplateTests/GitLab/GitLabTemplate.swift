internal import JSON
internal import TestSupport

/// One of GitLab's templates, read as GitLab reads it.
struct GitLabTemplate: Sendable {
    /// The file, below `ci-templates/gitlab`.
    enum File: String, CaseIterable, Sendable {
        case berth = "templates/berth.yml"
        case cleanup = "templates/cleanup.yml"
        case plain = "berth.gitlab-ci.yml"

        /// The path.
        var path: String { "\(TemplateFiles.root)/gitlab/\(rawValue)" }
    }

    /// What the header says of each input; empty where there is no header.
    let inputs: JSONObject
    /// The header's text; nil where there is none.
    let header: String?
    /// The text behind the header, with the places that inputs are pasted into.
    let body: String

    /// Reads one.
    init(_ file: File) async throws {
        let text = try Files.text(file.path)
        guard let end = text.firstRange(of: "\n---\n") else {
            (inputs, header, body) = (JSONObject(), nil, text)
            return
        }
        header = String(text[..<end.lowerBound]) + "\n"
        body = String(text[end.upperBound...])
        let spec = try await Self.parse(text).first?.object?["spec"]?.object
        inputs = spec?["inputs"]?.object ?? JSONObject()
    }

    /// The pipeline's text with inputs in it: what GitLab makes of the file before it reads it, by pasting texts as they
    /// are, and all else as JSON.
    func expanded(_ given: [String: JSONValue] = [:]) throws -> String {
        var text = body
        for name in inputs.keys {
            guard let value = given[name] ?? inputs[name]?.object?["default"] else {
                throw TestFailure("the input \(name) is missing")
            }
            text = text.replacing(
                "$[[ inputs.\(name) ]]", with: value.string ?? String(value.text().prefix { $0 != "\n" }))
        }
        if text.contains("$[[") { throw TestFailure("an input has no place in the header: \(text)") }
        return text
    }

    /// The documents of a YAML text, each `!reference` as the list of its names.
    static func parse(_ text: String) async throws -> [JSONValue] {
        let program = """
            import json, sys, yaml
            yaml.SafeLoader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))
            print(json.dumps(list(yaml.safe_load_all(sys.stdin))))
            """
        var python = Command("\(Tools.python)/python", ["-c", program])
        python.input = Array(text.utf8)
        return try JSONValue(parsing: try await python.succeed().output).array ?? []
    }
}
