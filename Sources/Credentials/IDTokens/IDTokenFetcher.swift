public import CIEnv
public import Registry

/// Gets a job's OIDC tokens.
public struct IDTokenFetcher: Sendable {
    /// Runs a program to its end and returns what it printed.
    public typealias Run = @Sendable (_ program: String, _ arguments: [String]) throws(RegistryError) -> [UInt8]

    private let system: CISystem
    private let environment: Environment
    private let cloud: CloudContext
    private let run: Run

    /// A fetcher for the jobs of `system`.
    ///
    /// - Parameters:
    ///   - system: The CI system.
    ///   - environment: The job's variables.
    ///   - cloud: What reads files and sends requests.
    ///   - run: What runs a program.
    public init(system: CISystem, environment: Environment, cloud: CloudContext, run: @escaping Run) {
        self.system = system
        self.environment = environment
        self.cloud = cloud
        self.run = run
    }

    /// A token for `request` that is for `audience`, or for whom the system makes tokens where that is `nil`.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where the job has none.
    public func token(for request: IdentityRequest, audience: String?) async throws(RegistryError) -> IDToken {
        throw RegistryError(.unsupported, "not there yet")
    }
}
