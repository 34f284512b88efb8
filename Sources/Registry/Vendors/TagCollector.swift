internal import POSIX

/// Makes a table of what a vendor lists, whoever reads its pages, and tells how far it is.
final class TagCollector: Sendable {
    private let content = Locked(TagTable())
    private let progress: VendorProgress

    /// No tags yet; `progress` is told after each.
    init(_ progress: @escaping VendorProgress) {
        self.progress = progress
    }

    /// All that was added.
    var table: TagTable { content.withLock { $0 } }

    /// Adds a tag with what is known of it.
    func add(_ tag: Tag, _ facts: ManifestFacts?) {
        let count = content.withLock { table in
            if let facts { table.append(tag, facts) } else { table.append(tag) }
            return table.count
        }
        progress(count, count)
    }

    /// Adds what a list has, if that is a tag.
    @Sendable
    func add(_ listed: ListedTag) {
        if let tag = listed.tag { add(tag, listed.facts) }
    }
}
