/// The variables that a job was given.
///
/// Domain code takes this value instead of reading the process's environment. A variable that is set but empty counts
/// as absent, as it does for every CI system and for werf: `CI_COMMIT_TAG=""` is no tag.
public struct Environment: Sendable {
    private let lookup: @Sendable (String) -> String?

    /// An environment that asks `lookup` for each variable; `nil` means that the variable is not set.
    public init(lookup: @escaping @Sendable (String) -> String?) {
        self.lookup = lookup
    }

    /// An environment of exactly `values`.
    public init(_ values: [String: String]) {
        lookup = { values[$0] }
    }

    /// The variable's value, or `nil` where it is unset or empty.
    public subscript(_ name: String) -> String? {
        guard let value = lookup(name), !value.isEmpty else { return nil }
        return value
    }

    /// Whether the variable is set, even if to nothing.
    public func isSet(_ name: String) -> Bool {
        lookup(name) != nil
    }

    /// Whether the variable holds what programs accept as yes: `1`, `true`, `yes` or `on`, in any case.
    public func isTrue(_ name: String) -> Bool {
        guard let value = self[name] else { return false }
        return ["1", "true", "yes", "on"].contains(value.lowercased())
    }

    /// The first of `names` that has a value, with that value.
    public func first(_ names: String...) -> Sourced? {
        first(names)
    }

    /// The first of `names` out of whose value `reading` makes something, with what it makes.
    func first(_ names: [String], as reading: (String) -> String? = { $0 }) -> Sourced? {
        for name in names {
            if let value = self[name].flatMap(reading) { return Sourced(value, from: name) }
        }
        return nil
    }
}

/// A fact and where it came from, so that `--explain` can tell.
public struct Sourced: Equatable, Sendable {
    /// The fact.
    public let value: String

    /// The name of the variable (or a few words) that it came from.
    public let source: String

    /// A fact `value` that `source` gave.
    public init(_ value: String, from source: String) {
        self.value = value
        self.source = source
    }
}
