public import CIEnv
public import HTTP
public import POSIX
public import Registry

/// The short-lived credentials of a job, in files of the job's directory that all its credential helpers share.
public struct CredentialCache: Sendable {
    private let directory: String
    private let now: @Sendable () -> Moment
    private let pacing: Pacing
    private let warn: @Sendable (String) -> Void

    /// The directory's name below the job's.
    public static let directoryName = CredentialSources.cacheName

    /// The longest time to wait for another process that asks, longer than any is allowed to.
    private static let patience: Duration = .seconds(90)

    /// The cache of a job.
    ///
    /// - Parameters:
    ///   - job: The job's directory.
    ///   - now: The clocks by which credentials end.
    ///   - pacing: How it waits for other processes.
    ///   - warn: Is told what went wrong, but not what was asked for.
    public init(
        job: String, now: @escaping @Sendable () -> Moment = { Moment.now }, pacing: Pacing = .system,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        directory = "\(job)/\(Self.directoryName)"
        self.now = now
        self.pacing = pacing
        self.warn = warn
    }

    /// The credential of `request`, where there is one that is good for a while; nobody is asked.
    public func credential(for request: IdentityRequest) -> MintedCredential? {
        guard let entry = entry(for: request), entry.isFresh(at: now()) else { return nil }
        return entry.credential
    }

    /// What was last got for `request`, though it may have ended.
    public func entry(for request: IdentityRequest) -> CachedCredential? {
        guard let entry = files(request).credential, entry.request == request else { return nil }
        return entry
    }

    /// Forgets the credential of `request`.
    ///
    /// - Throws: `SystemError` where it cannot be removed.
    public func forget(_ request: IdentityRequest) throws(SystemError) {
        try files(request).forget()
    }

    /// The credential of `request`, which `make` gets where there is none; of all processes at once, one calls it.
    ///
    /// Who waits for another process gets what that gets, its failure too: a hundred at once make one refused request,
    /// and not a hundred one after the other. Where a new one cannot be had, the old one is given out as long as it is
    /// good. What cannot be kept is given out all the same.
    ///
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - make: Gets it.
    /// - Returns: The credential.
    /// - Throws: What `make` throws, in this process or in the one that was waited for.
    public func credential(
        for request: IdentityRequest, make: () async throws(RegistryError) -> MintedCredential
    ) async throws(RegistryError) -> MintedCredential {
        if let credential = credential(for: request) { return credential }
        let files = files(request), before = files.refusal
        // While a service is out of order nobody waits for it who can do without.
        if let before, before.request == request, before.isRecent(at: now()),
            let credential = try? old(request, insteadOf: before.error)
        {
            return credential
        }
        let lock: CacheLock
        do throws(SystemError) {
            lock = try files.lockFile()
        } catch {
            warn("the credential for \(request.registry) cannot be kept: \(error)")
            return try await make()
        }
        try await wait(for: lock, request)
        defer { withExtendedLifetime(lock) {} }

        if let credential = credential(for: request) { return credential }
        if let refusal = files.refusal, refusal.id != before?.id, refusal.request == request {
            return try old(request, insteadOf: refusal.error)
        }
        let start = now()
        do {
            let made = try await make()
            keep(CachedCredential(made, for: request, made: start), in: files)
            return made
        } catch {
            guard error.kind != .cancelled else { throw error }
            // Who cannot be told asks by himself.
            try? files.keep(RecordedRefusal(error, of: request, at: now()))
            return try old(request, insteadOf: error)
        }
    }

    private func files(_ request: IdentityRequest) -> CacheFiles { CacheFiles(request.registry, in: directory) }

    private func keep(_ entry: CachedCredential, in files: CacheFiles) {
        do {
            try files.keep(entry)
        } catch {
            warn("the credential for \(entry.request.registry) cannot be kept: \(error)")
        }
    }

    /// The credential that was there before, as long as it is good.
    private func old(_ request: IdentityRequest, insteadOf error: RegistryError) throws(RegistryError)
        -> MintedCredential
    {
        guard let entry = entry(for: request), entry.isUsable(at: now()) else { throw error }
        warn("the credential for \(request.registry) ends in \(entry.left(at: now())) s and is not renewed: \(error)")
        return entry.credential
    }

    /// Waits until nobody else has the lock, which the system takes from every process that ends.
    private func wait(for lock: CacheLock, _ request: IdentityRequest) async throws(RegistryError) {
        let start = pacing.elapsed()
        var pause: Duration = .milliseconds(2)
        while !lock.isTaken() {
            guard pacing.elapsed() - start < Self.patience else {
                throw RegistryError(
                    .tryLater, "another process has been asking for the credential for \(request.registry) too long",
                    hint: "is it stopped? It has \(files(request).lockPath) open")
            }
            do {
                try await pacing.sleep(pause)
            } catch {
                throw RegistryError(.cancelled, "interrupted")
            }
            pause = min(pause * 2, .milliseconds(50))
        }
    }
}
