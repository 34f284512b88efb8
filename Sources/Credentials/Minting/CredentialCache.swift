public import CIEnv
public import POSIX
public import Registry

/// The short-lived credentials of a job, in files of the job's directory that all its credential helpers share.
public struct CredentialCache: Sendable {
    private let directory: String
    private let now: @Sendable () -> Moment

    /// The directory's name below the job's.
    public static let directoryName = "minted"

    /// The cache of the job directory `job`, by this clock.
    public init(job: String, now: @escaping @Sendable () -> Moment = { Moment.now }) {
        directory = "\(job)/\(Self.directoryName)"
        self.now = now
    }

    /// The credential of `request`, where there is one that is good for a while; nobody is asked.
    public func credential(for request: IdentityRequest) -> MintedCredential? {
        nil
    }

    /// The credential of `request`, which `make` gets where there is none; of all processes at once, one calls it.
    ///
    /// - Throws: What `make` throws, in this process or in the one that was waited for.
    public func credential(
        for request: IdentityRequest, make: () throws(RegistryError) -> MintedCredential
    ) throws(RegistryError) -> MintedCredential {
        try make()
    }
}
