internal import POSIX
internal import Registry

/// Reads the files in which clouds keep credentials.
enum CredentialFile {
    /// The most bytes: a shared configuration of a thousand profiles has a few hundred thousand.
    private static let limit = 4 << 20

    /// The bytes of the file at `path`; `nil` where there is none.
    @Sendable
    static func read(_ path: String) throws(RegistryError) -> [UInt8]? {
        do throws(SystemError) {
            let status = try FileStatus(path: path)
            guard status.kind == .file else { throw SystemError(.invalid, "read", path) }
            return try FileDescriptor(reading: path).readAll(limit: limit)
        } catch {
            if error.code == .notFound { return nil }
            throw RegistryError(.badData, error.description, hint: "credentials are looked for in it")
        }
    }
}
