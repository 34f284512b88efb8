/// Words that are too random to be a name.
enum RandomWord {
    /// Whether one stands in `text` that is no commit id, digest, UUID, path or address.
    static func stands(in text: [UInt8]) -> Bool {
        let words = text.split { !$0.isASCIIAlphanumeric(or: "+/_-.~") }
        // Where there are slashes in a path or an address, they are no digits of Base64.
        return words.contains { word in
            isPath(word) || text.holds(Array("://".utf8))
                ? word.split(separator: UInt8(ascii: "/")).contains(where: isRandom) : isRandom(word)
        }
    }

    private static func isPath(_ word: ArraySlice<UInt8>) -> Bool {
        ["/", "./", "../", "~/"].contains { word.starts(with: $0.utf8) } && !word.contains(UInt8(ascii: "+"))
    }

    /// Whether letters and digits change as often as chance has it: in a word of some length, capitals, small letters and
    /// digits follow each other without a rule.
    private static func isRandom(_ word: ArraySlice<UInt8>) -> Bool {
        let rest = withoutIdentifiers(word)
        let runs = rest.split { !$0.isASCIIAlphanumeric() }
        let length = runs.reduce(0) { $0 + $1.count }
        let count = runs.reduce(0) { $0 + changes(in: $1) }
        let hasDigits = rest.contains(where: \.isASCIIDigit)
        let hasCapitals = rest.contains(where: \.isASCIICapital)
        let hasSmallLetters = rest.contains { $0.isASCIILetter && !$0.isASCIICapital }
        let share = count * 100 / max(length, 1)
        switch length {
        // A name in camel case changes twice a word.
        case 20... where hasDigits: return (hasCapitals || hasSmallLetters) && share >= 25
        case 20...: return share >= 40
        // What is this short has to have all kinds, and more of them than names have.
        case 14...: return hasDigits && hasCapitals && hasSmallLetters && share >= 50
        default: return false
        }
    }

    private static func changes(in run: ArraySlice<UInt8>) -> Int {
        func kind(_ byte: UInt8) -> Int { byte.isASCIIDigit ? 0 : byte.isASCIICapital ? 1 : 2 }
        return zip(run, run.dropFirst()).count { kind($0) != kind($1) }
    }

    /// `word` without the UUIDs, commit ids and digests in it.
    private static func withoutIdentifiers(_ word: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = word
        while let first = rest.first {
            let digits = rest.prefix(while: \.isASCIIHexDigit).count
            let dashed = rest.prefix { $0.isASCIIHexDigit || $0 == UInt8(ascii: "-") }
            if dashed.count >= 36, isUUID(dashed.prefix(36)) {
                rest = rest.dropFirst(36)
            } else if [40, 64, 96, 128].contains(digits) {
                rest = rest.dropFirst(digits)
            } else if digits > 0 {
                result += rest.prefix(digits)
                rest = rest.dropFirst(digits)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    private static func isUUID(_ text: ArraySlice<UInt8>) -> Bool {
        text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
    }
}
