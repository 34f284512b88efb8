internal import DockerConfig
internal import POSIX

/// Finds logins for a command, and says once what was in the way of it.
///
/// A command may open several sessions with one registry: helper programs are run, and warned of, the first time only.
final class LoginLookup: Sendable {
    private struct State {
        var found: [RegistryKey: Credential?] = [:]
        var warnings: Set<String> = []
    }

    private let search: CredentialSearch
    private let reporter: Reporter
    private let state = Locked(State())

    /// A lookup in `files`.
    init(_ files: [DockerConfigFile], _ reporter: Reporter) {
        search = CredentialSearch(files) { JobCredentials.helper(namedBy: $0.name) }
        self.reporter = reporter
    }

    /// The credential for `key`, where there is one.
    func credential(for key: RegistryKey) -> Credential? {
        state.withLock { state in
            if let known = state.found[key] { return known }
            let finding = search.credential(for: key)
            for warning in finding.warnings where state.warnings.insert(warning).inserted { reporter.warn(warning) }
            if let source = finding.source { reporter.debug("the login for \(key.host) is that of \(source)") }
            // A minted one may have ended when it is asked for again; the helper has it at hand.
            if !finding.isRenewed { state.found[key] = .some(finding.credential) }
            return finding.credential
        }
    }
}
