internal import YAML

/// What the comments before a block, and those of its document, have the tests know of it.
///
/// - `<!-- not run: WHY -->` where it needs what no test has, such as a cloud. Its calls of berth must make sense still.
/// - `<!-- given: SCRIPT -->` is done before it, in the same shell.
/// - `<!-- file: NAME -->`: the reader saves it under this name in the clone.
/// - `<!-- reads: TEXT as TEXT -->`, anywhere in the document: what a placeholder stands for in all of its blocks.
struct Notes {
    /// Why it is not run; nil where it is.
    private(set) var reason: String?
    /// What is done before.
    private(set) var given = ""
    /// The name of the file that it is.
    private(set) var file: String?
    private var readings: [(String, String)] = []

    init(of block: Markdown.Block, in document: Document) {
        for note in block.notes {
            if let text = note.behind("not run:") { reason = text }
            if let text = note.behind("file:") { file = text }
            if let text = note.behind("given:") { given += text + "\n" }
        }
        for comment in document.markdown.comments {
            guard let text = comment.behind("reads:"), let middle = text.firstRange(of: " as ") else { continue }
            readings.append((String(text[..<middle.lowerBound]), String(text[middle.upperBound...])))
        }
    }

    /// A block's text with what its placeholders stand for.
    func read(_ text: String) -> String {
        readings.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }
}

/// A transcript: commands behind `$ `, each with what it prints.
struct Transcript {
    struct Entry {
        var command: String
        var output: [String] = []
    }

    private(set) var entries: [Entry] = []

    init(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if let command = String(line).behind("$ ") {
                entries.append(Entry(command: command))
            } else if !entries.isEmpty {
                entries[entries.count - 1].output.append(String(line))
            }
        }
    }

    /// A script that does the commands in one shell, and prints `mark` on a line behind each one's output.
    func script(mark: String) -> String {
        "exec 2>&1\n" + entries.map { "\($0.command)\nprintf '\\n%s\\n' '\(mark)'\n" }.joined()
    }

    /// Whether lines are those of the document: `…` alone stands for any lines, in a line for any text, and numbers, times,
    /// digests and names of jobs are told by their form.
    static func matches(_ lines: [String], _ expected: [String]) -> Bool {
        var expected = expected[...]
        guard let first = expected.popFirst() else { return lines.isEmpty }
        if first.trimming() == "…" {
            return (0...lines.count).contains { matches(Array(lines[$0...]), Array(expected)) }
        }
        guard let line = lines.first else { return false }
        let form = first.form.split(separator: "…", omittingEmptySubsequences: false).map(String.init)
        return line.form.consists(of: form) && matches(Array(lines.dropFirst()), Array(expected))
    }
}

extension String {
    /// The documents of YAML in a block, which may have several.
    var yamlDocuments: [String] { split(separator: "---\n").map(String.init) }

    /// The text after a beginning; nil where it begins otherwise.
    func behind(_ beginning: String) -> String? {
        hasPrefix(beginning) ? String(dropFirst(beginning.count)).trimming() : nil
    }

    /// Whether it is made of the parts in their order, with anything between.
    fileprivate func consists(of parts: [String]) -> Bool {
        guard let first = parts.first, let last = parts.last, hasPrefix(first) else { return false }
        if parts.count == 1 { return self == first }
        var rest = dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(last)
    }

    /// The text with one blank for each run, `0` for each number, and one word for each digest, length of time and job's
    /// directory.
    fileprivate var form: String {
        split(separator: " ").map { word in
            let word = String(word)
            if word.contains("/berth-") { return "JOB" }
            let letters = word.filter { !$0.isPunctuation }
            if letters.count > 1, letters.last.map("smhdw".contains) == true, letters.dropLast().allSatisfy(\.isNumber)
            {
                return "TIME"
            }
            if letters.count >= 12, letters.allSatisfy(\.isHexDigit) { return "DIGEST" }
            return word.reduce(into: "") { $0 += $1.isNumber ? ($0.hasSuffix("0") ? "" : "0") : String($1) }
        }.joined(separator: " ")
    }
}

extension YAMLNode {
    /// Reads a block of YAML; what GitLab includes from elsewhere (`!reference`) is left out, but for the beginning of the
    /// project's own template.
    init(ofBlock text: String) throws(YAMLError) {
        let text = text.replacing("!reference [.berth, before_script]", with: Pipeline.template)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("!reference") }
        try self.init(parsing: Array(lines.joined(separator: "\n").utf8))
    }
}
