/// How well an entry of `auths` fits what a client looks for: the smallest part of a host counts, and of several names for
/// that the one which clients try first.
package struct EntryRank: Comparable, Sendable {
    private let pathLength: Int
    private let isExact: Bool

    /// The rank of the entry that stands under `name`, which means `key`.
    package init(_ key: RegistryKey, named name: String) {
        pathLength = key.path.utf8.count
        isExact = name == key.configKey
    }

    /// Whether `second` fits better.
    package static func < (first: EntryRank, second: EntryRank) -> Bool {
        (first.pathLength, first.isExact ? 1 : 0) < (second.pathLength, second.isExact ? 1 : 0)
    }
}
