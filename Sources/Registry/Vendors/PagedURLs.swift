/// Makes sure that pages lead on, and not in a circle.
struct PagedURLs: Sendable {
    /// The most pages; what has more never ends.
    static let limit = 1_000_000

    /// The most bytes of all pages together: ten million tags, with what is known of them.
    private static let byteLimit = 4 << 30

    private var seen: Set<String> = []
    private var bytes = 0
    private let what: String

    /// How many pages have been begun.
    var count: Int { seen.count }

    /// Pages without which `what` is not to be had.
    init(_ what: String) {
        self.what = what
    }

    /// Notes that the page named `name`, an address or a token, is read next.
    ///
    /// - Throws: `RegistryError` where it has been read already, or where there are too many.
    mutating func begin(_ name: String) throws(RegistryError) {
        guard seen.insert(name).inserted, seen.count <= Self.limit else {
            throw RegistryError(.protocolViolation, "\(what): the pages lead in a circle")
        }
    }

    /// Notes how long a page was.
    ///
    /// - Throws: `RegistryError` where all pages together are longer than any list.
    mutating func add(bytes count: Int) throws(RegistryError) {
        bytes += count
        guard bytes <= Self.byteLimit else {
            throw RegistryError(.protocolViolation, "\(what): the pages have no end")
        }
    }
}
