/// The forms in which names of git stand in tags.
enum GitSlug {
    /// The longest form that GitLab and others make of a name.
    private static let shortLength = 63
    /// The longest tag.
    private static let longLength = 128

    /// All forms of `name`, each once.
    ///
    /// They differ in what becomes of a character that cannot stand in a tag, and nobody says in which form a pipeline
    /// has put the name: whatever any of them means is held.
    static func forms(of name: [UInt8]) -> Set<[UInt8]> {
        let last = name.lastIndex(of: UInt8(ascii: "/")).map { Array(name[($0 + 1)...]) } ?? name
        var forms: Set<[UInt8]> = []
        for part in Set([name, last]) {
            let text = String(decoding: part, as: UTF8.self)
            // A shell's tools count bytes, or characters.
            forms.insert(part.map { $0.isTagByte ? $0 : hyphen })
            for text in Set([text, text.lowercased()]) {
                forms.insert(text.utf8.map { $0.isTagByte ? $0 : hyphen })
                forms.insert(replaced(text) { $0.isTagByte })
                // docker/metadata-action makes one hyphen of a run.
                forms.insert(replaced(text, isOneForRuns: true) { $0.isTagByte })
                forms.insert(replaced(text, by: UInt8(ascii: "_")) { $0.isTagByte })
                // GitLab's CI_COMMIT_REF_SLUG, as far as here.
                forms.insert(replaced(text) { $0.isASCIILetter || $0.isDigit })
            }
        }
        forms.formUnion(forms.map(squeezed))
        forms.formUnion(forms.flatMap { [Array($0.prefix(shortLength)), Array($0.prefix(longLength))] })
        forms.formUnion(forms.map { trimmed($0[...]) })
        return forms.filter { (1...longLength).contains($0.count) }
    }

    private static let hyphen = UInt8(ascii: "-")

    private static func trimmed(_ slug: ArraySlice<UInt8>) -> [UInt8] {
        Array(slug.drop { $0 == hyphen }.reversed().drop { $0 == hyphen }.reversed())
    }

    /// `slug` with one hyphen for each run of them.
    private static func squeezed(_ slug: [UInt8]) -> [UInt8] {
        var squeezed: [UInt8] = []
        for byte in slug where byte != hyphen || squeezed.last != hyphen { squeezed.append(byte) }
        return squeezed
    }

    private static func replaced(
        _ text: String, by substitute: UInt8 = hyphen, isOneForRuns: Bool = false, where stays: (UInt8) -> Bool
    ) -> [UInt8] {
        var slug: [UInt8] = [], isInRun = false
        for scalar in text.unicodeScalars {
            if scalar.isASCII, stays(UInt8(scalar.value)) {
                slug.append(UInt8(scalar.value))
                isInRun = false
            } else {
                if !(isOneForRuns && isInRun) { slug.append(substitute) }
                isInRun = true
            }
        }
        return slug
    }
}

/// Names in all their forms, found by what a tag has between two places.
struct GitNameTable: Sendable {
    private var forms: [[UInt8]] = []
    /// What each form stands for.
    private(set) var refs: [[Int]] = []
    /// The forms by their hashes; more than one where hashes are the same.
    private var places: [UInt64: [Int]] = [:]

    /// A hash that is made byte by byte (FNV-1a), as the end of a name in a tag is looked for.
    struct Hash {
        fileprivate var value: UInt64 = 0xcbf2_9ce4_8422_2325

        mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    /// Adds a name, which stands for `ref`.
    mutating func add(_ name: [UInt8], _ ref: Int) {
        for form in GitSlug.forms(of: name) {
            var hash = Hash()
            for byte in form { hash.add(byte) }
            if let place = places[hash.value]?.first(where: { forms[$0] == form }) {
                refs[place].append(ref)
            } else {
                places[hash.value, default: []].append(forms.count)
                forms.append(form)
                refs.append([ref])
            }
        }
    }

    /// The form that stands in `tag` from `start` to `end`, whose bytes have this hash.
    func find(_ tag: Span<UInt8>, _ start: Int, _ end: Int, _ hash: Hash) -> Int? {
        guard let candidates = places[hash.value] else { return nil }
        return candidates.first { place in
            let form = forms[place]
            guard form.count == end - start else { return false }
            for index in form.indices where form[index] != tag[start + index] { return false }
            return true
        }
    }
}
