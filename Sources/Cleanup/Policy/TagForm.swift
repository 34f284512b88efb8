/// How tags name branches and commits: `{branch}-{sha}`.
///
/// The places: `{branch}` and `{tag}` are names of git in the forms that CI systems give them in tags, `{sha}` is a
/// commit of 7 digits or more, `*` is anything.
public struct TagForm: Hashable, Sendable {
    /// The form as it was written.
    public let text: String

    /// Reads a form.
    ///
    /// - Throws: `CleanupError` of the kind `badData`.
    public init(_ text: String) throws(CleanupError) {
        self.text = text
    }
}
