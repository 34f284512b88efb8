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
