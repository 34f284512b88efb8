internal import TestSupport
internal import Testing

/// What people read: README.md and its like, and everything in `docs`.
enum Documents {
    /// The project.
    static let root = Berth.packageRoot

    /// All of them, sorted by their paths.
    static let all: [Document] = {
        var paths = Files.names(in: root)
        var folders = ["benchmarks", "ci-templates", "docs"]
        while let folder = folders.popLast() {
            for name in Files.names(in: "\(root)/\(folder)") {
                let path = "\(folder)/\(name)"
                if Files.facts("\(root)/\(path)")?.kind == .directory {
                    folders.append(path)
                } else {
                    paths.append(path)
                }
            }
        }
        return paths.filter { $0.hasSuffix(".md") }.sorted().compactMap { path in
            (try? Files.text("\(root)/\(path)")).map { Document(path: path, markdown: Markdown($0)) }
        }
    }()

    /// Those that somebody wrote; the others are made from the program's help, whose examples are tested as such.
    static let written = all.filter { $0.path != "docs/commands.md" }

    /// Those with blocks of code.
    static let withBlocks = written.filter { !$0.markdown.blocks.isEmpty }
}

/// A document of the project.
struct Document: Sendable, CustomTestStringConvertible {
    /// Where it is, from the project's root.
    let path: String
    /// What it says.
    let markdown: Markdown

    var testDescription: String { path }
}
