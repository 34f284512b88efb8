internal import HTTP
internal import POSIX

/// Who has the credentials for AWS: found once, and found anew shortly before they end.
final class AWSCredentialChain: Sendable {
    /// Finds credentials.
    typealias Source = @Sendable () async throws(RegistryError) -> AWSCredentials

    private let source: Source
    private let now: @Sendable () -> Int
    private let kept = Locked<AWSCredentials?>(nil)
    private let flight = SingleFlight<String, AWSCredentials>()

    /// Credentials from where the AWS tools look for them.
    convenience init(_ context: CloudContext) {
        let search = AWSCredentialSearch(context)
        self.init(now: context.pacing.unixTime) { () async throws(RegistryError) in try await search.find() }
    }

    /// Credentials from `source`, such as an exchange of the job's own token; `now` is the time in seconds since 1970.
    init(now: @escaping @Sendable () -> Int, source: @escaping Source) {
        self.now = now
        self.source = source
    }

    /// The credentials, good for a minute at least; who asks while they are looked for waits for the same ones.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where there are none.
    func credentials() async throws(RegistryError) -> AWSCredentials {
        if let credentials = usable { return credentials }
        return try await flight.value(for: "") { () async throws(RegistryError) in
            // Somebody may have found them between the look and the flight.
            if let credentials = usable { return credentials }
            let found = try await source()
            guard found.expiry.map({ $0 > now() }) ?? true else {
                throw RegistryError(
                    .denied, "the AWS credentials of the key \(Excerpt.quoted(found.accessKeyID)) have expired",
                    hint: "get new ones, or check the clock of this machine")
            }
            kept.withLock { $0 = found }
            return found
        }
    }

    /// Forgets `credentials`, which AWS says have ended; those that have been found since stay.
    func forget(_ credentials: AWSCredentials) {
        kept.withLock { if $0 == credentials { $0 = nil } }
    }

    private var usable: AWSCredentials? {
        kept.withLock { $0 }.flatMap { $0.isFresh(at: now()) ? $0 : nil }
    }
}
