// What is written the same in a policy file and on the command line.

extension RepositoryPolicy {
    /// The most that anything counts: more tags than that nobody has, and sums of it fit.
    static let countLimit = 1_000_000
    /// The most rules of one kind; they are told by numbers of two bytes.
    static let ruleLimit = 10_000

    /// A number from 1 to ``countLimit``, in digits without zeros in front.
    static func count(_ text: some StringProtocol) -> Int? {
        guard text.utf8.allSatisfy(\.isDigit), text.utf8.first != UInt8(ascii: "0") else { return nil }
        return Int(text).flatMap { $0 <= countLimit ? $0 : nil }
    }
}

extension RepositoryPolicy.DeletionLimit {
    /// Reads `500` or `30%`; `nil` where it is neither, or more than everything.
    public init?(_ text: String) {
        let isShare = text.utf8.last == UInt8(ascii: "%")
        let digits = isShare ? text.dropLast() : text[...]
        guard let number = digits == "0" ? 0 : RepositoryPolicy.count(digits), !isShare || number <= 100 else {
            return nil
        }
        self = isShare ? .percent(number) : .count(number)
    }
}

extension UsageSource {
    /// Reads `kubernetes`, `kubernetes:CONTEXT`, `kubernetes:*`, `-` or a file's path; `nil` for no context's name.
    public init?(_ text: String) {
        let prefix = "kubernetes:"
        switch text {
        case "kubernetes": self = .kubernetes(context: nil)
        case "-": self = .standardInput
        case prefix, "": return nil
        default:
            self = text.hasPrefix(prefix) ? .kubernetes(context: String(text.dropFirst(prefix.count))) : .file(text)
        }
    }
}
