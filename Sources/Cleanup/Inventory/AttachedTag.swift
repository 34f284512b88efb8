internal import Registry

/// Tags that are named after a manifest and are about it.
///
/// `sha256-…` is the list of referrers that clients keep where the registry does not (OCI distribution specification
/// 1.1, "Referrers Tag Schema"); with `.sig`, `.att` or `.sbom` behind it, it is cosign's; others put other words there.
enum AttachedTag {
    private static let prefix = "sha256-"
    private static let digits = 64

    /// The bytes of the name of a list of referrers, behind which nothing stands.
    static let listLength = prefix.utf8.count + digits

    /// The manifest that a tag is named after.
    static func subject(of tag: String) -> Digest? {
        guard tag.hasPrefix(prefix) else { return nil }
        let rest = tag.utf8.dropFirst(prefix.utf8.count)
        guard rest.count == digits || rest.dropFirst(digits).first == UInt8(ascii: ".") else { return nil }
        return Digest("sha256:\(Substring(rest.prefix(digits)))")
    }
}
