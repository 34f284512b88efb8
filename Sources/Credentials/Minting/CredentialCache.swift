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
    /// The same for who has something else to give out: clients that wait for a while take the helper for broken.
    private static let briefPatience: Duration = .seconds(2)

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
    ///
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - variables: What variables say of it: a credential that was got with others is another one.
    /// - Returns: The credential.
    public func credential(
        for request: IdentityRequest, with variables: [String: String] = [:]
    ) -> MintedCredential? {
        guard let entry = entry(for: request, with: variables), entry.isFresh(at: now()) else { return nil }
        return entry.credential
    }

    /// What was last got for `request`, whatever variables said, though it may have ended.
    public func entry(for request: IdentityRequest) -> CachedCredential? {
        guard let entry = files(request).credential, entry.request == request else { return nil }
        return entry
    }

    /// What was last got for `request` with `variables`, though it may have ended.
    public func entry(for request: IdentityRequest, with variables: [String: String]) -> CachedCredential? {
        entry(for: request).flatMap { $0.variables == variables ? $0 : nil }
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
    /// and not a hundred one after the other. Where a new one cannot be had soon, the old one is given out as long as it
    /// is good. What cannot be kept is given out all the same.
    ///
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - variables: What variables say of it.
    ///   - make: Gets it; is told whether nothing else can be given out, so that it is worth waiting for.
    /// - Returns: The credential.
    /// - Throws: What `make` throws, in this process or in the one that was waited for.
    public func credential(
        for request: IdentityRequest, with variables: [String: String] = [:],
        make: (_ isUrgent: Bool) async throws(RegistryError) -> MintedCredential
    ) async throws(RegistryError) -> MintedCredential {
        if let credential = credential(for: request, with: variables) { return credential }
        let demand = Demand(request: request, variables: variables)
        let files = files(request), before = files.refusal
        // While a service is out of order nobody waits for it who can do without.
        if let before, before.isOf(request, with: variables), before.isRecent(at: now()),
            let credential = try? old(demand, insteadOf: before.error)
        {
            return credential
        }
        let lock: CacheLock
        do throws(SystemError) {
            lock = try files.lockFile()
        } catch {
            warn("the credential for \(request.registry) cannot be kept: \(error)")
            return try await make(true)
        }
        do {
            try await wait(for: lock, demand)
        } catch  where error.kind != .cancelled {
            return try old(demand, insteadOf: error)
        }
        defer { withExtendedLifetime(lock) {} }

        if let credential = credential(for: request, with: variables) { return credential }
        if let refusal = files.refusal, refusal.id != before?.id, refusal.isOf(request, with: variables) {
            return try old(demand, insteadOf: refusal.error)
        }
        return try await made(demand, in: files, make)
    }

    /// A request and what variables say of it.
    private struct Demand {
        let request: IdentityRequest
        let variables: [String: String]
    }

    /// Gets a new credential and keeps it, by who has the lock.
    private func made(
        _ demand: Demand, in files: CacheFiles,
        _ make: (_ isUrgent: Bool) async throws(RegistryError) -> MintedCredential
    ) async throws(RegistryError) -> MintedCredential {
        let start = now()
        do {
            let made = try await make(usable(demand) == nil)
            keep(CachedCredential(made, for: demand.request, with: demand.variables, made: start), in: files)
            return made
        } catch {
            guard error.kind != .cancelled else { throw error }
            // Who cannot be told asks by himself.
            try? files.keep(RecordedRefusal(error, of: demand.request, with: demand.variables, at: now()))
            return try old(demand, insteadOf: error)
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

    /// What was there before, as long as it is good.
    private func usable(_ demand: Demand) -> CachedCredential? {
        entry(for: demand.request, with: demand.variables).flatMap { $0.isUsable(at: now()) ? $0 : nil }
    }

    private func old(_ demand: Demand, insteadOf error: RegistryError) throws(RegistryError) -> MintedCredential {
        guard let entry = usable(demand) else { throw error }
        let left = entry.left(at: now())
        warn("the credential for \(demand.request.registry) ends in \(left) s and is not renewed: \(error)")
        return entry.credential
    }

    /// Waits until nobody else has the lock, which the system takes from every process that ends, or there is what is
    /// waited for.
    private func wait(for lock: CacheLock, _ demand: Demand) async throws(RegistryError) {
        let start = pacing.elapsed(), patience = usable(demand) == nil ? Self.patience : Self.briefPatience
        var pause: Duration = .milliseconds(2)
        while !lock.isTaken(), credential(for: demand.request, with: demand.variables) == nil {
            guard pacing.elapsed() - start < patience else {
                throw RegistryError(
                    .tryLater,
                    "another process has been asking for the credential for \(demand.request.registry) too long",
                    hint: "is it stopped? It has \(files(demand.request).lockPath) open")
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
