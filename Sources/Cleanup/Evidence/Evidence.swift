public import Registry

/// What holds tags, besides their own names and times: facts from outside the registry.
public struct Evidence: Sendable {
    /// For each keep rule of the policy that has a git rule, by the rule's number: the names that it holds.
    public var git: [Int: any GitHolds] = [:]
    /// For each keep rule of the policy that has sources of usage, by the rule's number: what is in use by these.
    public var usage: [Int: Usage] = [:]
    /// The history by which werf's images are judged, with all commits; where the policy is one of werf's.
    public var werf: GitHistory?

    /// Nothing known.
    public init() {}
}

/// Which tags of images name commits that hold them.
public protocol GitHolds: Sendable {
    /// The branch or git tag that holds the image's tag `name`, for people: `branch main`; `nil` where none does.
    func holder(of name: Span<UInt8>) -> String?
}

/// Images of one repository that are in use.
public struct Usage: Sendable {
    /// The tags that are in use, each with the place: `kubernetes context prod: deployment web in shop`, or a file.
    public var tags: [String: String] = [:]
    /// The beginnings of tags that are in use, where a variable has the rest (`main-${SHA}`), each with the place.
    public var prefixes: [String: String] = [:]
    /// The manifests that are in use, each with the place.
    public var digests: [Digest: String] = [:]

    /// Nothing in use.
    public init() {}

    /// The place where a tag is in use; `nil` where none is known.
    public func place(ofTag tag: String) -> String? {
        tags[tag] ?? prefixes.filter { tag.hasPrefix($0.key) }.min { $0.key < $1.key }?.value
    }
}
