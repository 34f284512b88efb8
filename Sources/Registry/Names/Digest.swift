public import Hashing

/// The hash of a blob's or a manifest's bytes, which is also its name.
///
/// A cleanup holds one for each tag and each child of an index, so a SHA-256 is 32 bytes in place.
public struct Digest: Hashable, Sendable {
    private enum Storage: Hashable, Sendable {
        case sha256(UInt64, UInt64, UInt64, UInt64)
        case sha512([UInt64])
    }

    private let storage: Storage

    /// Reads `sha256:` or `sha512:` with the hash in lower-case hexadecimal digits.
    public init?(_ text: String) {
        guard let algorithm = HashAlgorithm.allCases.first(where: { text.hasPrefix("\($0.name):") }) else { return nil }
        let bytes = text.utf8.span
        let digits = bytes.extracting(droppingFirst: algorithm.name.utf8.count + 1)
        guard digits.count == 2 * algorithm.length else { return nil }
        switch algorithm {
        case .sha256:
            guard let first = Self.word(digits, 0), let second = Self.word(digits, 1),
                let third = Self.word(digits, 2), let fourth = Self.word(digits, 3)
            else { return nil }
            storage = .sha256(first, second, third, fourth)
        case .sha512:
            var words: [UInt64] = []
            for index in 0..<8 {
                guard let word = Self.word(digits, index) else { return nil }
                words.append(word)
            }
            storage = .sha512(words)
        }
    }

    /// The number that the 16 digits from `16 * index` on are.
    private static func word(_ digits: Span<UInt8>, _ index: Int) -> UInt64? {
        var word: UInt64 = 0
        for place in 16 * index..<16 * index + 16 {
            let digit = digits[place]
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): word = word << 4 | UInt64(digit &- UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): word = word << 4 | UInt64(digit &- UInt8(ascii: "a") &+ 10)
            default: return nil
            }
        }
        return word
    }

    /// The digest of `bytes`.
    public init(of bytes: [UInt8], _ algorithm: HashAlgorithm = .sha256) {
        self.init(algorithm, StreamHash.hash(bytes, algorithm).words)
    }

    /// A hash that was computed; `nil` where it has not the algorithm's length.
    public init?(algorithm: HashAlgorithm, bytes: [UInt8]) {
        guard bytes.count == algorithm.length else { return nil }
        self.init(algorithm, bytes.words)
    }

    private init(_ algorithm: HashAlgorithm, _ words: [UInt64]) {
        storage =
            switch algorithm {
            case .sha256: .sha256(words[0], words[1], words[2], words[3])
            case .sha512: .sha512(words)
            }
    }

    /// The hash function.
    public var algorithm: HashAlgorithm {
        switch storage {
        case .sha256: .sha256
        case .sha512: .sha512
        }
    }

    /// The digest as registries write it: `sha256:…`.
    public var text: String {
        String(decoding: "\(algorithm.name):".utf8 + hexadecimal(words), as: UTF8.self)
    }

    /// The digest as a tag: that of the index of a manifest's referrers, where the registry does not keep one itself.
    ///
    /// Of the hash, the specification puts 64 digits into a tag and no more.
    public var tagForm: String {
        String(decoding: "\(algorithm.name)-".utf8 + hexadecimal(words.prefix(4)), as: UTF8.self)
    }

    /// The first 12 digits, which is enough for people.
    public var short: String {
        String(decoding: hexadecimal(words.prefix(1)).prefix(12), as: UTF8.self)
    }

    /// The 32 bytes of a SHA-256.
    struct Packed: Sendable {
        fileprivate var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    }

    /// The digest without its algorithm, where that is SHA-256.
    var packed: Packed? {
        guard case .sha256(let first, let second, let third, let fourth) = storage else { return nil }
        return Packed(words: (first, second, third, fourth))
    }

    /// The SHA-256 that was packed.
    init(_ packed: Packed) {
        storage = .sha256(packed.words.0, packed.words.1, packed.words.2, packed.words.3)
    }

    /// The first 64 bits, which tell the digests of one registry apart unless somebody has taken pains.
    public var prefix: UInt64 {
        switch storage {
        case .sha256(let first, _, _, _): first
        case .sha512(let words): words[0]
        }
    }

    private var words: ArraySlice<UInt64> {
        switch storage {
        case .sha256(let first, let second, let third, let fourth): [first, second, third, fourth]
        case .sha512(let words): words[...]
        }
    }

    private func hexadecimal(_ words: ArraySlice<UInt64>) -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(16 * words.count)
        for word in words {
            for shift in stride(from: 60, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(shift) & 15)
                digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return digits
    }
}

extension Digest: Comparable {
    /// The order of the texts.
    public static func < (first: Digest, second: Digest) -> Bool {
        switch (first.storage, second.storage) {
        case (.sha256, .sha512): true
        case (.sha512, .sha256): false
        default: first.words.lexicographicallyPrecedes(second.words)
        }
    }
}

extension Digest: CustomStringConvertible {
    /// The same as ``text``.
    public var description: String { text }
}

extension HashAlgorithm {
    /// The name in digests.
    fileprivate var name: String {
        switch self {
        case .sha256: "sha256"
        case .sha512: "sha512"
        }
    }
}

extension [UInt8] {
    /// The bytes as numbers of eight bytes each, the first byte the highest.
    fileprivate var words: [UInt64] {
        stride(from: 0, to: count, by: 8).map { start in
            self[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
