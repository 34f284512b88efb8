/// What the tests need to know of a Markdown document.
struct Markdown: Sendable {
    /// A block of code.
    struct Block: Sendable {
        /// The language behind the fence; empty where there is none, nil where it is indented and has no fence.
        let language: String?
        /// The code, with a newline behind each line.
        var text: String
        /// The line of the document on which it begins, counted from 1.
        let line: Int
        /// The comments right before it, which readers do not see.
        let notes: [String]
    }

    /// Something that stands on a line.
    struct Mark: Sendable {
        let text: String
        /// The line of the document, counted from 1.
        let line: Int
    }

    /// The blocks of code, in their order.
    private(set) var blocks: [Block] = []
    /// Code inside of lines, without the backticks.
    private(set) var spans: [Mark] = []
    /// Where links and pictures lead.
    private(set) var links: [Mark] = []
    /// What links to headings are called.
    private(set) var anchors: Set<String> = []
    /// The comments that stand alone, without their marks.
    private(set) var comments: [String] = []

    /// Reads a document.
    init(_ text: String) {
        var reader = MarkdownReader(text)
        while let piece = reader.next() {
            switch piece {
            case .block(let block): blocks.append(block)
            case .comment(let comment): comments.append(comment)
            case .prose(let text, let line): readProse(text, line)
            }
        }
    }

    private mutating func readProse(_ text: String, _ line: Int) {
        var (visible, found) = splitSpans(text)
        // In a table, the bar between two cells has to be escaped, in code too.
        if text.hasPrefix("|") { found = found.map { $0.replacing("\\|", with: "|") } }
        spans += found.map { Mark(text: $0, line: line) }
        if text.hasPrefix("#") { addAnchor(String(text.drop { $0 == "#" })) }
        while let opening = visible.firstRange(of: "](") {
            let rest = visible[opening.upperBound...]
            links.append(Mark(text: String(rest.prefix { $0 != ")" && $0 != " " }), line: line))
            visible = String(rest)
        }
        for attribute in ["src=\"", "srcset=\"", "href=\""] {
            for piece in text.split(separator: attribute, omittingEmptySubsequences: false).dropFirst() {
                links.append(Mark(text: String(piece.prefix { $0 != "\"" }), line: line))
            }
        }
    }

    /// The name that GitHub gives to a heading.
    private mutating func addAnchor(_ heading: String) {
        let words = heading.trimming().lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        let name = words.replacing(" ", with: "-")
        var anchor = name
        var count = 0
        while !anchors.insert(anchor).inserted {
            count += 1
            anchor = "\(name)-\(count)"
        }
    }
}

/// What stands between backticks, and the rest.
private func splitSpans(_ text: String) -> (rest: String, spans: [String]) {
    var rest = ""
    var spans: [String] = []
    var remaining = text[...]
    while let start = remaining.firstIndex(of: "`") {
        rest += remaining[..<start]
        let fence = remaining[start...].prefix { $0 == "`" }
        let inside = remaining[fence.endIndex...]
        guard let end = inside.closing(of: fence) else { break }
        spans.append(String(inside[..<end]).trimming())
        remaining = inside[inside.index(end, offsetBy: fence.count)...]
    }
    return (rest + remaining, spans)
}

extension Substring {
    /// Where a run of exactly as many backticks begins.
    fileprivate func closing(of fence: Substring) -> Index? {
        var rest = self
        while let start = rest.firstIndex(of: "`") {
            let run = rest[start...].prefix { $0 == "`" }
            if run.count == fence.count { return start }
            rest = rest[run.endIndex...]
        }
        return nil
    }
}

extension StringProtocol {
    /// The text without blanks at its ends.
    func trimming() -> String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
