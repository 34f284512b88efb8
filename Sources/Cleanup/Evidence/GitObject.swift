/// The name of a commit or tag: a SHA-1, or in newer repositories a SHA-256.
struct GitObject: Hashable, Sendable {
    /// The hash's first eight bytes, and so on; of a SHA-1, half of the third and the fourth are zero.
    let words: SIMD4<UInt64>
    let isLong: Bool

    /// Reads 40 or 64 hexadecimal digits.
    init?(_ digits: ArraySlice<UInt8>) {
        guard digits.count == 40 || digits.count == 64 else { return nil }
        isLong = digits.count == 64
        var words = SIMD4<UInt64>(), place = 0
        for byte in digits {
            guard let digit = byte.hexadecimalDigit else { return nil }
            words[place >> 4] |= UInt64(digit) << UInt64(60 - (place & 15) * 4)
            place += 1
        }
        self.words = words
    }
}

extension GitObject: CustomStringConvertible {
    /// The hexadecimal digits.
    var description: String {
        let digits = Array("0123456789abcdef".utf8)
        let shown = (0..<(isLong ? 64 : 40)).map { digits[Int(words[$0 >> 4] >> UInt64(60 - ($0 & 15) * 4) & 15)] }
        return String(decoding: shown, as: UTF8.self)
    }
}

/// The first digits of a commit's name, as a tag has them.
struct GitPrefix {
    private(set) var words = SIMD4<UInt64>()
    private(set) var count = 0

    /// As many digits as a tag must have of a commit for it to be one.
    static let shortest = 7

    /// One digit more.
    mutating func append(_ digit: UInt8) {
        words[count >> 4] |= UInt64(digit) << UInt64(60 - (count & 15) * 4)
        count += 1
    }

    /// Whether `object` begins with it.
    func begins(_ object: GitObject) -> Bool {
        guard count <= (object.isLong ? 64 : 40) else { return false }
        for index in 0..<4 where index * 16 < count {
            guard (words[index] ^ object.words[index]) & Self.mask(count - index * 16) == 0 else { return false }
        }
        return true
    }

    /// The first eight bytes of what begins with it, from the least to the greatest.
    var range: ClosedRange<UInt64> { words[0]...(words[0] | ~Self.mask(count)) }

    /// A mask for the first so many digits of a word.
    private static func mask(_ digits: Int) -> UInt64 { digits >= 16 ? .max : ~(UInt64.max >> UInt64(digits * 4)) }
}

/// Commits by the first digits of their names.
struct GitIndex: Sendable {
    /// The first eight bytes of each name, sorted, with the commit's number.
    private let places: [(first: UInt64, number: UInt32)]
    private let commits: [GitObject]

    init(_ commits: [GitObject]) {
        self.commits = commits
        places = commits.enumerated().map { ($1.words[0], UInt32($0)) }.sorted { $0.first < $1.first }
    }

    /// The first result that `body` has for a commit which begins with `prefix`.
    func first<Result>(_ prefix: GitPrefix, _ body: (Int) -> Result?) -> Result? {
        let range = prefix.range
        var low = 0, high = places.count
        while low < high {
            let middle = (low + high) / 2
            if places[middle].first < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        while low < places.count, places[low].first <= range.upperBound {
            let number = Int(places[low].number)
            if prefix.begins(commits[number]), let result = body(number) { return result }
            low += 1
        }
        return nil
    }
}
