internal import Cleanup
internal import PCRE
internal import YAML

/// A document that was read means the same on one line; one that was not has a place.
@Sendable func checkYAML(_ bytes: [UInt8]) {
    do throws(YAMLError) {
        let line = try YAMLNode(parsing: bytes).flowText
        do throws(YAMLError) {
            let again = try YAMLNode(parsing: Array(line.utf8)).flowText
            require(again == line, "\(line) becomes \(again)")
        } catch {
            // Between braces a key may be only so far from its colon, and escapes take more room.
            require(line.utf8.count > 900, "\(line): \(error)")
        }
    } catch {
        require(error.line > 0 && error.column > 0, "\(error)")
    }
}

/// A rule that was read is read the same from what is told of it; what is refused has a place, on one line.
@Sendable func checkPolicy(_ bytes: [UInt8]) {
    do throws(CleanupError) {
        let policy = try Policy(parsing: bytes, file: "f")
        for part in policy.repositories {
            for rule in part.delete where rule.source.utf8.count < 900 {
                require(reread("delete", rule.source)?.delete == [rule], rule.source)
            }
            for rule in part.keep where rule.source.utf8.count < 900 {
                require(reread("keep", rule.source)?.keep == [rule], rule.source)
            }
        }
    } catch {
        require(error.kind == .badData && error.text.hasPrefix("f:"), "\(error)")
        require(!error.text.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "\(error)")
    }
}

private func reread(_ key: String, _ rule: String) -> RepositoryPolicy? {
    let text = "version: 1\nrepositories:\n- \(key):\n  - \(rule)\n"
    return (try? Policy(parsing: Array(text.utf8), file: "g"))?.repositories.first
}

/// The first line as a pattern, a range and a version, for the rest as a name.
@Sendable func checkPattern(_ bytes: [UInt8]) {
    let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    let text = String(decoding: bytes[..<end], as: UTF8.self), name = Array(bytes[end...].dropFirst())
    checkVersion(text)

    let literal = String(decoding: name, as: UTF8.self)
    if literal.utf8.count < 400, literal.utf8.first != UInt8(ascii: "/") {
        let escaped = literal.unicodeScalars.map { $0.isASCII ? "\\\($0)" : "\($0)" }.joined()
        require((try? TextPattern(escaped).matches(literal)) == true, "\(escaped) is not itself")
    }
    for names in [TextPattern.Names.text, .paths] {
        guard let pattern = try? TextPattern(text, for: names), let isMatch = try? pattern.matches(name.span),
            let expected = isExpressionMatch(text, name.span, names)
        else { continue }
        require(isMatch == expected, "\(text) and \(name): \(isMatch)")
    }
}

/// What PCRE2 makes of a glob of stars and bytes; `nil` where there is more in it.
private func isExpressionMatch(_ glob: String, _ name: Span<UInt8>, _ names: TextPattern.Names) -> Bool? {
    guard !glob.utf8.contains(where: { "[]{}\\".utf8.contains($0) }), glob.utf8.first != UInt8(ascii: "/") else {
        return nil
    }
    var expression = ""
    var stars = 0
    for byte in Array(glob.utf8) + [0] {
        if byte == UInt8(ascii: "*") {
            stars += 1
            continue
        }
        let isNarrow = names == .paths && stars == 1 && glob != "*"
        if stars > 0 { expression += isNarrow ? "[^/]*" : "(?s:.*)" }
        stars = 0
        switch byte {
        case 0: break
        case UInt8(ascii: "?"): expression += names == .paths ? "[^/]" : "(?s:.)"
        default:
            let digits = String(byte, radix: 16)
            expression += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
        }
    }
    guard !glob.utf8.contains(0), let expression = try? RegularExpression("^\(expression)$") else { return nil }
    return try? expression.isFound(in: name)
}

private func checkVersion(_ text: String) {
    guard let range = try? SemanticRange(text), let version = SemanticVersion(Array(text.utf8).span) else { return }
    // What is a version and a range is the range of that version, unless parts are open, or the tag's form is freer.
    require(range.contains(version), "\(text) is not in itself")
    require(SemanticVersion(Array(version.description.utf8).span) == version, "\(version)")
}
