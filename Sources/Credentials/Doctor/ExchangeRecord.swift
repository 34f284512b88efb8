public import CIEnv
public import Registry

/// What a job's credential helpers have left of their exchanges for one request.
public struct ExchangeRecord: Equatable, Sendable {
    /// What was got, though it may have ended.
    public var minted: CachedCredential?
    /// Why nothing was to be had, where that is so of the last time.
    public var refusal: RegistryError?

    /// A record of what came of it.
    public init(minted: CachedCredential? = nil, refusal: RegistryError? = nil) {
        self.minted = minted
        self.refusal = refusal
    }

    /// Reads what the directory of the job `job` has of `request`; nobody is asked.
    public init(of request: IdentityRequest, job: String) {
        let refusal = CacheFiles(request.registry, in: "\(job)/\(CredentialCache.directoryName)").refusal
        self.init(
            minted: CredentialCache(job: job).entry(for: request),
            refusal: refusal?.request == request ? refusal?.error : nil)
    }
}
