internal import JSON
internal import TestSupport
internal import Testing
internal import YAML

/// What documents say of commands, options and files without having it run.
@Suite("What the documents say") struct StatementTests {
    @Test("of calls of berth is what the program takes", arguments: Documents.written)
    func calls(document: Document) async throws {
        let help = try await ProgramHelp.ofProgram
        for mark in Statements(document).scripts {
            for call in CommandLines.all(in: mark.text) {
                let problem = help.problem(in: call)
                #expect(problem == nil, "\(call.joined(separator: " "))", sourceLocation: document.place(mark.line))
            }
        }
    }

    // Who migrates reads of other programs' options all the time.
    @Test(
        "of options is what some command has",
        arguments: Documents.all.filter { !$0.path.hasPrefix("docs/migration/") })
    func options(document: Document) async throws {
        let help = try await ProgramHelp.ofProgram
        for mark in Statements(document).options {
            for word in mark.text.split(separator: " ") where word.hasPrefix("--") && word.count > 2 {
                let name = String(word.prefix { $0 != "=" && $0 != "[" && $0 != "," })
                let isKnown = help.hasOption(name) || Self.optionsOfOthers.contains(name)
                #expect(isKnown, "no command has \(name)", sourceLocation: document.place(mark.line))
            }
        }
    }

    /// The options of other programs that documents name without naming the program beside.
    static let optionsOfOthers: Set<String> = [
        // docker; podman, skopeo and buildah; werf
        "--config", "--authfile", "--home-dir", "--dir", "--env-file", "--log-…", "--meta-repo",
    ]

    @Test("in JSON and YAML can be read", arguments: Documents.withBlocks)
    func data(document: Document) throws {
        for block in document.markdown.blocks {
            let place = document.place(block.line)
            switch block.language {
            case "json":
                let text = block.text.hasPrefix("\"") ? "{\(block.text)}" : block.text
                #expect(throws: Never.self, sourceLocation: place) { try JSONValue(parsing: Array(text.utf8)) }
            case "yaml":
                for text in block.text.yamlDocuments {
                    #expect(throws: Never.self, sourceLocation: place) { try YAMLNode(ofBlock: text) }
                }
            default: break
            }
        }
    }

    @Test("of links leads somewhere", arguments: Documents.all)
    func links(document: Document) {
        for link in document.markdown.links {
            let problem = document.problem(inLink: link.text)
            #expect(problem == nil, "\(link.text)", sourceLocation: document.place(link.line))
        }
    }

    @Test("is found from the README")
    func reachable() {
        var open = ["README.md"]
        var seen: Set<String> = ["README.md"]
        while let path = open.popLast() {
            guard let document = Documents.all.first(where: { $0.path == path }) else { continue }
            for link in document.markdown.links {
                guard let target = document.target(ofLink: link.text)?.path else { continue }
                // A link to a folder shows its README, and the names of all that is in it.
                let found = Documents.all.map(\.path).filter { $0 == target || $0.hasPrefix("\(target)/") }
                open += found.filter { seen.insert($0).inserted }
            }
        }
        #expect(Documents.all.map(\.path).filter { !seen.contains($0) } == [])
    }

    @Test("of what make does is what the Makefile has", arguments: Documents.all)
    func targets(document: Document) throws {
        let makefile = try Files.text("\(Documents.root)/Makefile")
        for mark in Statements(document).all {
            for line in mark.text.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard words.first == "make" else { continue }
                for word in words.dropFirst().prefix(while: { $0 != "#" }) where !word.contains("=") {
                    let hasTarget = makefile.contains("\n\(word):")
                    #expect(hasTarget, "make \(word)", sourceLocation: document.place(mark.line))
                }
            }
        }
    }

    @Test("is run, or it is said why not", arguments: Documents.withBlocks)
    func reasons(document: Document) async throws {
        let help = try await ProgramHelp.ofProgram
        for block in document.markdown.blocks {
            let place = document.place(block.line)
            let notes = Notes(of: block, in: document)
            if let reason = notes.reason {
                #expect(reason.split(separator: " ").count > 2, "\(reason)", sourceLocation: place)
            } else {
                let isRun = try Self.isRun(notes.read(block.text), in: block.language ?? "")
                let calls = CommandLines.all(in: block.text).filter { help.isCall($0) }
                #expect(isRun || calls.isEmpty, "in a block of this kind nobody runs it", sourceLocation: place)
            }
        }
    }

    /// Whether ``CommandTests`` has anything to run in a block of the language.
    private static func isRun(_ text: String, in language: String) throws -> Bool {
        switch language {
        case "sh", "bash", "zsh", "fish", "csh", "tcsh", "console": true
        case "groovy": !scripts(inGroovy: text).isEmpty
        case "yaml" where !text.contains("…"):
            try text.yamlDocuments.contains { text in
                let node = try YAMLNode(ofBlock: text)
                return PolicyText(text, node) != nil || !Pipeline(node).isEmpty
            }
        default: false
        }
    }

    @Test("of an action's inputs is what it has", arguments: Documents.withBlocks)
    func inputs(document: Document) throws {
        for block in document.markdown.blocks where block.language == "yaml" {
            for text in block.text.yamlDocuments {
                for use in Pipeline(try YAMLNode(ofBlock: text)).uses {
                    guard let file = use.file else { continue }
                    let action = try YAMLNode(parsing: Array(try Files.text("\(Documents.root)/\(file)").utf8))
                    let unknown = use.inputs.filter { !Pipeline.inputs(of: action).contains($0) }
                    #expect(unknown == [], "\(use.name)", sourceLocation: document.place(block.line))
                }
            }
        }
    }
}

/// What a document says in code.
struct Statements {
    /// Code in lines, and blocks.
    let all: [Markdown.Mark]
    /// What may have calls of berth in it: of a CI system's configuration, its scripts.
    let scripts: [Markdown.Mark]
    /// Options that stand alone.
    let options: [Markdown.Mark]

    init(_ document: Document) {
        let markdown = document.markdown
        let blocks = markdown.blocks.map { Markdown.Mark(text: $0.text, line: $0.line) }
        all = markdown.spans + blocks
        let pipelines = markdown.blocks.filter { $0.language == "yaml" }.flatMap { block in
            block.text.yamlDocuments.compactMap { try? YAMLNode(ofBlock: $0) }.flatMap {
                Self.texts($0).map { Markdown.Mark(text: $0, line: block.line) }
            }
        }
        // Brackets around what may be left out are for readers.
        let synopses = markdown.spans.map { mark in
            let isSynopsis = mark.text.contains("[-") || mark.text.contains("…]") || mark.text.contains(" [")
            let text = isSynopsis ? mark.text.filter { !"[]".contains($0) } : mark.text
            return Markdown.Mark(text: text, line: mark.line)
        }
        let code = markdown.blocks.filter { !["yaml", "console", ""].contains($0.language) }
        let transcripts = markdown.blocks.filter { $0.language == "console" }.map { block in
            let commands = Transcript(block.text).entries.map(\.command).joined(separator: "\n")
            return Markdown.Mark(text: commands, line: block.line)
        }
        scripts = synopses + code.map { Markdown.Mark(text: $0.text, line: $0.line) } + pipelines + transcripts
        options = (synopses + blocks).filter { $0.text.hasPrefix("--") }
    }

    private static func texts(_ node: YAMLNode) -> [String] {
        switch node.content {
        case .scalar(let text, _): return [text]
        case .sequence(let nodes):
            let words = nodes.map(\.flowText)
            return words.first == "berth" ? [words.joined(separator: " ")] : nodes.flatMap(texts)
        case .mapping(let members): return members.flatMap { texts($0.value) }
        }
    }
}

extension Document {
    /// A line of it, for who reads that it is wrong.
    func place(_ line: Int) -> SourceLocation {
        SourceLocation(fileID: "documents/\(path)", filePath: "\(Documents.root)/\(path)", line: line, column: 1)
    }

    /// The file that a link leads to, and the heading in it; nil where it leads out of the project.
    func target(ofLink link: String) -> (path: String, anchor: String?)? {
        guard !link.contains("://"), !link.hasPrefix("mailto:") else { return nil }
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        var folders = path.split(separator: "/").dropLast()
        guard !parts[0].isEmpty else { return (path, parts.last.map(String.init)) }
        for part in parts[0].split(separator: "/") where part != "." {
            if part == ".." { folders = folders.dropLast() } else { folders.append(part) }
        }
        return (folders.joined(separator: "/"), parts.count > 1 ? String(parts[1]) : nil)
    }

    fileprivate func problem(inLink link: String) -> String? {
        guard let (path, anchor) = target(ofLink: link) else { return nil }
        guard Files.exists("\(Documents.root)/\(path)") else { return "there is no \(path)" }
        guard let anchor, path.hasSuffix(".md") else { return nil }
        let anchors = Documents.all.first { $0.path == path }?.markdown.anchors
        return anchors?.contains(anchor) == true ? nil : "\(path) has no heading \(anchor)"
    }
}
