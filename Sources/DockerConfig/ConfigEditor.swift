internal import JSON
internal import POSIX

/// Changes a config file that others read and change at the same time.
///
/// Of any number of logins and logouts through it none is lost, and whoever reads the file finds it whole: a lock in the
/// file's directory is held from reading to replacing, and a process that is killed leaves the file as it was or as it
/// was to be. (docker, podman and helm know no lock; what one of them writes at the same instant wins or is lost.)
public struct ConfigEditor: Sendable {
    /// The config's path.
    public let path: String
    /// Other files that get the same changes, where they are files: a job's `containers/auth.json` is a link to its
    /// config until podman puts a file in its place.
    public let copies: [String]

    /// An editor of the config at `path`, which need not exist.
    public init(path: String, copies: [String] = []) {
        self.path = path
        self.copies = copies
    }

    /// Puts a credential in, and takes away whatever else the config has for the registry: other spellings of its name,
    /// parts of its host, the program in `credHelpers`.
    ///
    /// - Throws: `DockerConfigError`: `badData` for a corrupt file, which is left untouched, and for a user name that no
    ///   config can hold; `badConfiguration` where the config names a `credsStore`, as docker would ask that store and
    ///   not find the login, and where the file cannot be changed.
    public func login(_ registry: RegistryKey, _ credential: Credential) throws(DockerConfigError) {
    }

    /// Takes away what the config has for the registry.
    ///
    /// - Returns: Whether there was anything.
    /// - Throws: `DockerConfigError`, as ``login(_:_:)``.
    public func logout(_ registry: RegistryKey) throws(DockerConfigError) -> Bool {
        false
    }
}
