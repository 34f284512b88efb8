/// Takes a Markdown document apart, line by line.
struct MarkdownReader {
    enum Piece {
        case block(Markdown.Block)
        case comment(String)
        case prose(String, line: Int)
    }

    private let lines: [Substring]
    private var index = 0
    /// The comments since the last line that was something else.
    private var notes: [String] = []
    /// Whether the last line was empty, and whether a list goes on.
    private var isBehindEmptyLine = true
    private var isInList = false

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The next piece; nil at the end.
    mutating func next() -> Piece? {
        while index < lines.count {
            let line = lines[index]
            if line.trimming().isEmpty {
                isBehindEmptyLine = true
                index += 1
                continue
            }
            defer { isBehindEmptyLine = false }
            if line.trimming().hasPrefix("<!--") { return .comment(readComment()) }
            defer { notes = [] }
            if line.trimming().hasPrefix("```") { return .block(readFenced()) }
            if line.hasPrefix("    "), isBehindEmptyLine, !isInList { return .block(readIndented()) }
            isInList = line.isListItem || isInList && line.hasPrefix(" ")
            index += 1
            return .prose(String(line), line: index)
        }
        return nil
    }

    private mutating func readComment() -> String {
        var text = ""
        repeat {
            text += lines[index] + "\n"
            index += 1
        } while !text.contains("-->") && index < lines.count
        let note = text.trimming().dropFirst(4).split(separator: "-->").first.map { $0.trimming() } ?? ""
        notes.append(note)
        return note
    }

    private mutating func readFenced() -> Markdown.Block {
        let margin = lines[index].prefix { $0 == " " }.count
        let opening = lines[index].dropFirst(margin)
        let fence = opening.prefix { $0 == "`" }
        let language = opening.dropFirst(fence.count).prefix { $0 != " " }
        index += 1
        var block = Markdown.Block(language: String(language), text: "", line: index + 1, notes: notes)
        while index < lines.count, lines[index].trimming() != fence {
            // A fence in a list item stands as far to the right as its text.
            let indentation = min(margin, lines[index].prefix { $0 == " " }.count)
            block.text += lines[index].dropFirst(indentation) + "\n"
            index += 1
        }
        index += 1
        return block
    }

    private mutating func readIndented() -> Markdown.Block {
        var block = Markdown.Block(language: nil, text: "", line: index + 1, notes: notes)
        while index < lines.count, lines[index].hasPrefix("    ") {
            block.text += lines[index].dropFirst(4) + "\n"
            index += 1
        }
        return block
    }
}

extension Substring {
    /// Whether a list's item begins here: `- `, `* `, `1. `.
    fileprivate var isListItem: Bool {
        let text = drop { $0 == " " }
        if text.hasPrefix("- ") || text.hasPrefix("* ") { return true }
        let number = text.prefix { $0.isNumber }
        return !number.isEmpty && text.dropFirst(number.count).hasPrefix(". ")
    }
}
