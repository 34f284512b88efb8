internal import HTTP
internal import POSIX

/// What can be seen of a registry from outside.
public enum RegistryPresence {
    /// Asks the registry for the root of its API.
    ///
    /// - Returns: What answers, for people.
    /// - Throws: `RegistryError` where no registry answers.
    public static func probe(
        _ repository: Repository, _ settings: RegistrySettings
    ) async throws(RegistryError) -> String {
        let client = RetryingClient(
            client: settings.client, policy: RetryPolicy(), pacing: settings.pacing,
            patience: .each(settings.patience), limiters: HostLimiters(most: settings.parallel))
        let answer = try await RegistryPing(
            client: client, host: repository.host, allowsPlainHTTP: settings.allowsPlainHTTP
        ).ask()
        let login =
            answer.isOpen
            ? "lets everybody in" : "wants a login by \(answer.challenges.map(\.scheme).joined(separator: " or "))"
        return "; a registry of the distribution protocol answers at \(answer.root.origin) and \(Excerpt.line(login))"
    }
}
