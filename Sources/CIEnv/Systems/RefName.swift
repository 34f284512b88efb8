/// What a git ref is, by its full name.
enum RefName {
    case branch(String)
    case tag(String)
    case change(String)

    /// Reads `refs/heads/…`, `refs/tags/…`, and what hosts of repositories call pull or merge requests.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "refs", !parts[2].isEmpty else { return nil }
        switch parts[1] {
        case "heads": self = .branch(String(parts[2]))
        case "tags": self = .tag(String(parts[2]))
        case "pull", "pull-requests", "merge-requests":
            guard let number = Self.change(String(parts[2].prefix { $0 != "/" })) else { return nil }
            self = .change(number)
        default: return nil
        }
    }

    var branch: String? { if case .branch(let name) = self { name } else { nil } }
    var tag: String? { if case .tag(let name) = self { name } else { nil } }
    var change: String? { if case .change(let number) = self { number } else { nil } }
}

extension RefName {
    /// The commit in a variable for one; `HEAD` is what Buildkite says before it knows.
    static func commit(_ text: String) -> String? { text == "HEAD" ? nil : text }

    /// The branch in a variable for one, by its short or its full name.
    static func branch(_ text: String) -> String? { text.hasPrefix("refs/") ? RefName(text)?.branch : text }

    /// The tag in a variable for one, by its short or its full name.
    static func tag(_ text: String) -> String? { text.hasPrefix("refs/") ? RefName(text)?.tag : text }

    /// The number in a variable for a pull request's number or URL; `nil` for `false`, and all else that is no number.
    static func change(_ text: String) -> String? {
        let isURL = text.hasPrefix("https://") || text.hasPrefix("http://")
        let number = isURL ? text.split(separator: "/").last ?? "" : text[...]
        guard (1...19).contains(number.utf8.count), number.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        return String(number)
    }
}
