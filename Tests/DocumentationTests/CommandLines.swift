/// The calls of berth in a text, a script or a line of prose, each as its words.
struct CommandLines {
    private let text: [Character]
    private var position = 0

    /// Every call in the text, those in command substitutions and quotes included.
    static func all(in text: String) -> [[String]] {
        var lines = CommandLines(text: Array(text))
        var found: [[String]] = []
        while lines.findCall() { found.append(lines.readWords()) }
        return found
    }

    private init(text: [Character]) {
        self.text = text
    }

    /// Goes to the next `berth` that begins a command.
    private mutating func findCall() -> Bool {
        let name = Array("berth")
        while position + name.count <= text.count {
            let end = position + name.count
            let isWord = text[position..<end].elementsEqual(name) && (end == text.count || text[end].isWhitespace)
            if isWord, beginsCommand { return true }
            position += 1
        }
        return false
    }

    /// Whether what stands here is a command and not another one's argument, nor a word of a comment.
    private var beginsCommand: Bool {
        let line = text[..<position].reversed().prefix { !$0.isNewline }.reversed()
        let before = String(line).trimming()
        if before.hasPrefix("#") || before.contains(" #") { return false }
        guard let last = before.last else { return true }
        let word = before.split(separator: " ").last ?? ""
        if line.last == last { return "(`\"';|&".contains(last) }
        return ";|&({-:$!".contains(last) || word.hasSuffix("=") || Self.leaders.contains(String(word))
    }

    /// What stands before a command without being another one.
    private static let leaders: Set<String> = [
        "if", "then", "else", "do", "while", "until", "time", "exec", "!", "sudo",
    ]

    /// The words up to the end of the command.
    private mutating func readWords() -> [String] {
        // What a quote before it opened ends it.
        let closing = position > 0 && "\"'".contains(text[position - 1]) ? text[position - 1] : nil
        var words: [String] = []
        while let word = readWord(closing) {
            if word.isRedirection {
                if word.last == ">" || word.last == "<" { _ = readWord(closing) }
            } else {
                words.append(word.text)
            }
        }
        return words
    }

    private struct Word {
        var text = ""
        var isRedirection = false
        var last: Character? { text.last }
    }

    private mutating func readWord(_ closing: Character?) -> Word? {
        while position < text.count, text[position] == " " || isContinuation { position += isContinuation ? 2 : 1 }
        var word = Word()
        var isWord = false
        while position < text.count {
            let character = text[position]
            if character == closing || character.isNewline || character == " " && !isContinuation { break }
            if "|;&)`".contains(character) && !word.isRedirection { break }
            if character == "#" && !isWord { break }
            isWord = true
            switch character {
            case "'", "\"": word.text += readQuoted(character)
            case "\\":
                position += 2
                if position <= text.count { word.text.append(text[position - 1]) }
            default:
                if "<>".contains(character), !isPlaceholder { word.isRedirection = true }
                word.text.append(character)
                position += 1
            }
        }
        return isWord ? word : nil
    }

    private var isContinuation: Bool {
        position + 1 < text.count && text[position] == "\\" && text[position + 1].isNewline
    }

    /// Whether `<` begins, or `>` ends, a word such as `<base>`.
    private var isPlaceholder: Bool {
        let word = text[position...].prefix { $0 != " " && !$0.isNewline }
        if text[position] == "<" { return word.contains(">") }
        return text[..<position].reversed().prefix { $0 != " " && !$0.isNewline }.contains("<")
    }

    private mutating func readQuoted(_ quote: Character) -> String {
        position += 1
        let inside = text[position...].prefix { $0 != quote }
        position = min(inside.endIndex + 1, text.count)
        return String(inside)
    }
}
