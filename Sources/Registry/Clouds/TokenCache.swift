internal import DockerConfig
internal import HTTP
internal import POSIX

/// Keeps short-lived tokens as long as they are good: each is asked for once, however many need it, and renewed before
/// its end.
final class TokenCache<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        let token: Secret
        /// When it must not be used any more, on the pacing's steady clock.
        let end: Duration
    }

    private let pacing: Pacing
    private let entries = Locked<[Key: Entry]>([:])
    private let flights = SingleFlight<Key, Secret>()

    /// Nothing yet, by this clock.
    init(pacing: Pacing) {
        self.pacing = pacing
    }

    /// The token for `key`, which `make` asks for where there is none that is still good.
    ///
    /// - Throws: What `make` throws.
    func token(
        for key: Key, make: () async throws(RegistryError) -> ShortLivedToken
    ) async throws(RegistryError) -> Secret {
        if let token = good(key) { return token }
        return try await flights.value(for: key) { () async throws(RegistryError) in
            // Somebody else may have had it renewed since it was looked for.
            if let token = good(key) { return token }
            // What is left of its life is measured on the steady clock: the other one may be set meanwhile.
            let start = (steady: pacing.elapsed(), unix: pacing.unixTime())
            let made = try await make()
            let (difference, isAbsurd) = made.end.subtractingReportingOverflow(start.unix)
            let life = isAbsurd ? 0 : min(max(difference, 0), ShortLivedToken.longestLife)
            let end = start.steady + .seconds(life - min(Self.margin, life / 4))
            entries.withLock { $0[key] = Entry(token: made.token, end: end) }
            return made.token
        }
    }

    private func good(_ key: Key) -> Secret? {
        let now = pacing.elapsed()
        guard let entry = entries.withLock({ $0[key] }), now < entry.end else { return nil }
        return entry.token
    }

    /// How many seconds before its end a token is renewed, so that it is still good when a long request has arrived.
    private static var margin: Int { 60 }
}
