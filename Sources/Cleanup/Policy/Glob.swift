/// A glob without alternatives.
///
/// It is matched without recursion. Of each kind of star the last that was passed is tried again, one byte further: what
/// stands between two stars is looked for at the first place where it fits, and a later one could not do better. So the
/// time is bounded by the lengths of the name and the pattern, whatever they are.
struct Glob: Sendable {
    enum Element: Hashable, Sendable {
        case byte(UInt8)
        case anyByte
        /// One of a set, by the set's number.
        case anyOf(UInt16)
        /// Any text; where the glob is for paths, without a slash.
        case anyText
        /// Any text with its slashes.
        case anyPath
    }

    private let elements: [Element]
    private let sets: [ByteSet]
    private let hasParts: Bool
    /// The bytes that any name has at least.
    private let shortest: Int
    /// The last star, where the name's end alone decides what is behind it; -1 where there is none.
    private let lastStar: Int

    init(_ elements: [Element], sets: [ByteSet], for names: TextPattern.Names) {
        hasParts = names == .paths
        // Of stars in a row, the widest alone does the same.
        var kept: [Element] = []
        for element in elements {
            switch (kept.last, element) {
            case (.anyText, .anyText), (.anyPath, .anyText), (.anyPath, .anyPath): continue
            case (.anyText, .anyPath): kept[kept.count - 1] = .anyPath
            default: kept.append(element)
            }
        }
        self.elements = kept
        self.sets = sets
        shortest = kept.count { $0 != .anyText && $0 != .anyPath }
        let star = kept.lastIndex { $0 == .anyText || $0 == .anyPath }
        lastStar = star.map { kept[$0] == .anyPath || names != .paths ? $0 : -1 } ?? -1
    }

    func matches(_ name: Span<UInt8>) -> Bool {
        guard name.count >= shortest else { return false }
        let elements = elements.span
        var place = 0, element = 0
        // Behind the last star of each kind: the element, and the byte at which it was tried last.
        var text = (element: -1, place: 0), path = (element: -1, place: 0)
        while place < name.count || element < elements.count {
            if element < elements.count {
                let next = elements[element]
                if next == .anyText || next == .anyPath {
                    element += 1
                    if element == lastStar + 1 {
                        let start = name.count - (elements.count - element)
                        guard start >= place else { return false }
                        place = start
                        (text.element, path.element) = (-1, -1)
                    } else if next == .anyText {
                        text = (element, place)
                    } else {
                        path = (element, place)
                        text.element = -1
                    }
                    continue
                }
                if place < name.count, fits(name[place], next) {
                    element += 1
                    place += 1
                    continue
                }
            }
            if text.element >= 0, text.place < name.count, !hasParts || name[text.place] != Self.slash {
                text.place += 1
                (element, place) = text
            } else if path.element >= 0, path.place < name.count {
                path.place += 1
                (element, place) = path
                text.element = -1
            } else {
                return false
            }
        }
        return true
    }

    private static let slash = UInt8(ascii: "/")

    private func fits(_ byte: UInt8, _ element: Element) -> Bool {
        switch element {
        case .byte(let other): byte == other
        case .anyByte: !hasParts || byte != Self.slash
        case .anyOf(let number): sets[Int(number)].contains(byte) && (!hasParts || byte != Self.slash)
        case .anyText, .anyPath: false
        }
    }
}

/// A set of bytes.
struct ByteSet: Hashable, Sendable {
    private var low: UInt128 = 0, high: UInt128 = 0

    func contains(_ byte: UInt8) -> Bool {
        (byte < 128 ? low >> UInt128(byte) : high >> UInt128(byte - 128)) & 1 == 1
    }

    mutating func insert(_ byte: UInt8) {
        if byte < 128 { low |= 1 << UInt128(byte) } else { high |= 1 << UInt128(byte - 128) }
    }

    /// All other bytes.
    var others: ByteSet {
        var others = ByteSet()
        (others.low, others.high) = (~low, ~high)
        return others
    }
}
