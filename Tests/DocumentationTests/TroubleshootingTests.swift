internal import TestSupport
internal import Testing

/// What docs/troubleshooting.md has in quotes is what the program says.
@Suite("The messages in troubleshooting") struct TroubleshootingTests {
    /// The messages of berth's: in bold, as code, with `…` for what differs.
    private static let messages: [String] = {
        let text = (try? Files.text("\(Documents.root)/docs/troubleshooting.md")) ?? ""
        var messages: [String] = []
        for piece in text.split(separator: "**").filter({ $0.hasPrefix("`") && $0.hasSuffix("`") }) {
            let message = piece.dropFirst().dropLast()
            for beginning in ["berth: warning: ", "berth: ", "hint: "] where message.hasPrefix(beginning) {
                messages.append(String(message.dropFirst(beginning.count)))
                break
            }
        }
        return messages
    }()

    /// All sources, with `…` for what is put into their texts, and texts that are put together from several as one.
    private static func sources() async throws -> String {
        let files = try await Command("find", ["\(Documents.root)/Sources", "-name", "*.swift"]).succeed().lines
        return try files.map { withoutInterpolations(try Files.text($0)) }.joined()
    }

    private static func withoutInterpolations(_ source: String) -> String {
        var result = "", depth = 0, previous: Character = " "
        for character in source {
            switch (depth, previous, character) {
            case (0, "\\", "("):
                result.removeLast()
                result += "…"
                depth = 1
            case (0, _, _): result.append(character)
            case (_, _, "("): depth += 1
            case (_, _, ")"): depth -= 1
            default: break
            }
            previous = character
        }
        return joined(result)
    }

    /// `"one " + "text"`, over several lines or not, and lines that a backslash joins.
    private static func joined(_ source: String) -> String {
        var text = ""
        for piece in source.split(separator: "\n") {
            let line = piece.drop { $0 == " " }
            if line.hasPrefix("+ \""), text.hasSuffix("\"") {
                text.removeLast()
                text += line.dropFirst(3)
            } else if text.hasSuffix("\\") {
                text.removeLast()
                text += line
            } else {
                text += "\n" + line
            }
        }
        return text.replacing("\" + \"", with: "")
    }

    @Test("are those of the sources")
    func quoted() async throws {
        let lines = try await Self.sources().split(separator: "\n").filter { $0.contains("\"") && !$0.hasPrefix("//") }
        #expect(Self.messages.count > 50)
        for message in Self.messages {
            let isSaid = { (text: Substring) in lines.contains { $0.has(inOrder: text.split(separator: "…")) } }
            // Where one text frames it and another fills that, each has to be there.
            let texts = message.replacing("a newline", with: "…").replacing(", ", with: ": ").split(separator: ": ")
                .filter { $0.contains(where: \.isLetter) }
            let isWhole = isSaid(message[...])
            #expect(isWhole || !texts.isEmpty && texts.allSatisfy(isSaid), "\(message)")
        }
    }

    @Test("name tests that there are, where the threat model names them")
    func threats() async throws {
        let text = try Files.text("\(Documents.root)/docs/threat-model.md")
        let named = Set(text.split(separator: "`").map(String.init).filter { $0.hasSuffix("Tests") })
        let found = try await Command("find", ["\(Documents.root)/Tests", "-name", "*Tests.swift"]).succeed().lines
        let names = Set(found.compactMap { $0.split(separator: "/").last?.dropLast(6) }.map(String.init))
        #expect(named.count > 20)
        #expect(named.subtracting(names) == [])
    }
}

extension StringProtocol {
    /// Whether it has all parts, one behind the other.
    fileprivate func has(inOrder parts: [Substring]) -> Bool {
        var rest = self[...]
        for part in parts {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }
}
