internal import DockerConfig
internal import POSIX

/// Finds logins for a command, and says once what was in the way of it.
///
/// A command may open several sessions with one registry: helper programs are run, and warned of, the first time only.
final class LoginLookup: Sendable {
    private struct Found {
        let credential: Credential?
        /// When it must be asked for again; `nil` for never.
        let end: ContinuousClock.Instant?
    }

    private struct State {
        var found: [RegistryKey: Found] = [:]
        var warnings: Set<String> = []
    }

    private let search: CredentialSearch
    private let reporter: Reporter
    private let state = Locked(State())

    /// How long it is not asked again, which takes some milliseconds.
    private static let interval: Duration = .seconds(20)

    /// A lookup in `files`.
    init(_ files: [DockerConfigFile], _ reporter: Reporter) {
        search = CredentialSearch(files) { JobCredentials.helper(namedBy: $0.name) }
        self.reporter = reporter
    }

    /// The credential for `key`, where there is one.
    func credential(for key: RegistryKey) -> Credential? {
        state.withLock { state in
            if let known = state.found[key], known.end.map({ .now < $0 }) ?? true { return known.credential }
            return find(key, &state)
        }
    }

    /// The credential for `key` after `refused` was no good any more: what was minted may have ended before it is asked
    /// for again.
    func credential(for key: RegistryKey, insteadOf refused: Credential?) -> Credential? {
        state.withLock { state in
            // Of many requests that are refused at once only the first has a helper run.
            if let known = state.found[key], known.end == nil || known.credential != refused { return known.credential }
            return find(key, &state)
        }
    }

    private func find(_ key: RegistryKey, _ state: inout State) -> Credential? {
        let finding = search.credential(for: key)
        for warning in finding.warnings where state.warnings.insert(warning).inserted { reporter.warn(warning) }
        if let source = finding.source { reporter.debug("the login for \(key.host) is that of \(source)") }
        // A minted one may have ended later on; the helper has another at hand.
        let end = finding.isRenewed ? ContinuousClock.now + Self.interval : nil
        state.found[key] = Found(credential: finding.credential, end: end)
        return finding.credential
    }
}
