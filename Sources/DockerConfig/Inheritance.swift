/// Which registries' credentials a job may see of those that its machine has.
public enum Inheritance: Equatable, Sendable {
    /// All of them.
    case all
    /// None of them.
    case none
    /// Those of these registries, or parts of registries.
    case only([RegistryKey])

    /// Reads `all`, `none` or registries between commas; `nil` where one of them has no host, or where there is none.
    public init?(_ text: String) {
        switch text {
        case "all": self = .all
        case "none": self = .none
        default:
            let names = text.split(separator: ",")
            let keys = names.compactMap { RegistryKey(String($0)) }
            guard !keys.isEmpty, keys.count == names.count else { return nil }
            self = .only(keys)
        }
    }

    /// Whether the job may see what is under `key`.
    public func allows(_ key: RegistryKey) -> Bool {
        switch self {
        case .all: true
        case .none: false
        case .only(let allowed): allowed.contains { $0.covers(key) }
        }
    }

    /// What both this and `other` allow.
    public func and(_ other: Inheritance) -> Inheritance {
        switch (self, other) {
        case (.none, _), (_, .none): return .none
        case (.all, let rest), (let rest, .all): return rest
        case (.only(let these), .only(let those)):
            let common = these.filter(other.allows) + those.filter { allows($0) && !these.contains($0) }
            return common.isEmpty ? .none : .only(common)
        }
    }
}

extension Inheritance: CustomStringConvertible {
    /// The text that is read as this.
    public var description: String {
        switch self {
        case .all: "all"
        case .none: "none"
        case .only(let keys): keys.map(\.description).joined(separator: ",")
        }
    }
}
