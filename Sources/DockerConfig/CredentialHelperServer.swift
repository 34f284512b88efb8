/// docker's protocol for credential helpers, on the helper's side, over a job's config.
public struct CredentialHelperServer: Sendable {
    /// What the client is told.
    public struct Reply: Equatable, Sendable {
        /// What goes to standard output, errors included.
        public let output: Secret
        /// The exit code.
        public let exitCode: Int32
    }

    /// Where a credential comes from that the config does not have.
    public typealias Fallback = @Sendable (RegistryKey) throws(DockerConfigError) -> Credential?

    private let editor: ConfigEditor
    private let version: String
    private let fallback: Fallback

    /// A helper that keeps credentials in `editor`'s config.
    ///
    /// - Parameters:
    ///   - editor: The config.
    ///   - version: The program's version.
    ///   - fallback: Asked by `get` for what the config does not have.
    public init(editor: ConfigEditor, version: String, fallback: @escaping Fallback) {
        self.editor = editor
        self.version = version
        self.fallback = fallback
    }

    /// Answers a client.
    ///
    /// - Parameters:
    ///   - arguments: The words after the program's name.
    ///   - input: Standard input.
    public func respond(_ arguments: [String], input: [UInt8]) -> Reply {
        Reply(output: Secret(""), exitCode: 1)
    }
}
