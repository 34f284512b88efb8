internal import JSON

/// The logins of a job as berth gives them to clients, being their helper.
public struct HelperLogins: Sendable {
    private let credentials: HelperCredentials
    private let source: String

    /// The logins of the job whose config is at `path`.
    ///
    /// - Throws: `DockerConfigError` where that, or the helper's own file beside it, cannot be read.
    public init(_ path: String) throws(DockerConfigError) {
        credentials = try ConfigEditor(path: path).credentials()
        source = try ConfigPlace(path).storePath
    }

    /// Whether somebody has logged in to the registry.
    public func has(_ registry: RegistryKey) -> Bool { credentials.credential(for: registry) != nil }

    /// Those that clients gave the helper to keep, which are not in the config.
    public var kept: [StoredCredential] {
        credentials.store.auths.members.compactMap { member in
            guard let registry = RegistryKey(member.key),
                HelperCredentials.isHelper(for: registry, in: credentials.config),
                let credential = try? Credential(entry: member.value)
            else { return nil }
            return StoredCredential(server: member.key, credential, from: source)
        }
    }
}
