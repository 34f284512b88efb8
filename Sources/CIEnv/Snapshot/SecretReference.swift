/// What only says where a secret is.
enum SecretReference {
    /// Whether `text` as a whole is a shell's variable, a template's, or what has been put in a secret's place.
    ///
    /// A password may begin with any of their signs.
    static func `is`(_ text: ArraySlice<UInt8>) -> Bool {
        if text.elementsEqual("***".utf8) { return true }
        guard let first = text.first, let last = text.last, text.count > 2 || first == UInt8(ascii: "$") else {
            return false
        }
        let inner = text.dropFirst().dropLast()
        switch (first, last) {
        case (UInt8(ascii: "%"), UInt8(ascii: "%")): return isName(inner)
        case (UInt8(ascii: "<"), UInt8(ascii: ">")):
            return inner.allSatisfy { $0.isASCIILetter || "-_ ".utf8.contains($0) }
        case (UInt8(ascii: "{"), UInt8(ascii: "}")):
            return inner.first == UInt8(ascii: "{") && inner.last == UInt8(ascii: "}")
        case (UInt8(ascii: "$"), UInt8(ascii: ")")): return inner.first == UInt8(ascii: "(")
        case (UInt8(ascii: "$"), UInt8(ascii: "}")):
            let name = inner.dropFirst()
            return inner.first == UInt8(ascii: "{") && (isName(name) || name.first == UInt8(ascii: "{"))
        case (UInt8(ascii: "$"), _): return isName(text.dropFirst())
        default: return false
        }
    }

    /// What `text` begins with, up to the end of its first word: a template or a call may have blanks in it.
    static func word(_ text: ArraySlice<UInt8>, until isEnd: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        for (opening, closing) in [("{{", "}}"), ("${{", "}}"), ("$(", ")")] where text.starts(with: opening.utf8) {
            guard let end = text.firstIndex(of: Array(closing.utf8)) else { continue }
            let rest = text[(end + closing.utf8.count)...]
            return text[..<(rest.firstIndex(where: isEnd) ?? rest.endIndex)]
        }
        return text.prefix { !isEnd($0) }
    }

    /// A variable's name is not in small letters and capitals at once, as passwords are.
    private static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, !first.isASCIIDigit, text.allSatisfy({ $0.isASCIIAlphanumeric(or: "_") }) else {
            return false
        }
        let letters = text.filter(\.isASCIILetter)
        return letters.allSatisfy(\.isASCIICapital) || !letters.contains(where: \.isASCIICapital)
    }
}
