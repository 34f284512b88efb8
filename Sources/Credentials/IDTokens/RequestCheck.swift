public import CIEnv
internal import Registry

/// Finds out, before anything is written and without asking anybody, whether a job can have what it asks for.
public struct RequestCheck: Sendable {
    /// A request that can be tried.
    public struct Approved: Equatable, Sendable {
        /// The request.
        public let request: IdentityRequest
        /// Where its OIDC token will come from.
        public let tokens: IDTokenSource
    }

    /// What was found out.
    public struct Outcome: Equatable, Sendable {
        /// The requests that can be tried, in their order.
        public var approved: [Approved] = []
        /// Those that cannot, and why.
        public var refused: [CredentialSources.Refusal] = []
        /// What a person should know of these, one line each.
        public var notes: [String] { refused.map(\.reason) }

        /// Nothing.
        public init() {}
    }

    private let system: CISystem
    private let jobName: String
    private let environment: Environment
    private let context: CloudContext

    /// A check for a job of `system`.
    ///
    /// - Parameters:
    ///   - system: The CI system.
    ///   - jobName: What the job is called in the logs of who gives the credential.
    ///   - environment: The job's variables.
    ///   - allowsPlainHTTP: Whether a service that the user names may be asked without TLS.
    public init(system: CISystem, jobName: String, environment: Environment, allowsPlainHTTP: Bool = false) {
        self.system = system
        self.jobName = jobName
        self.environment = environment
        var context = CloudContext(offline: environment)
        context.allowsPlainHTTP = allowsPlainHTTP
        self.context = context
    }

    /// Checks `requests`.
    ///
    /// - Parameters:
    ///   - requests: What was asked for.
    ///   - isFork: Whether the job runs code from a fork, which is given no tokens: that is only noted.
    /// - Returns: The requests that can be tried.
    /// - Throws: `CIEnvError`: `usage` or `badConfiguration`, by where it was asked for, where something is missing or
    ///   wrong in a request; `badConfiguration` where a job that should have a token has none.
    public func check(
        _ requests: [IdentityRequest], isFork: @autoclosure () -> Bool
    ) throws(CIEnvError) -> Outcome {
        var outcome = Outcome()
        for request in requests {
            let audience = try audience(of: request)
            do throws(CIEnvError) {
                let tokens = try system.idTokenSource(for: request, audience: audience, in: environment)
                outcome.approved.append(Approved(request: request, tokens: tokens))
            } catch {
                guard isFork() else { throw error }
                outcome.refused.append(
                    CredentialSources.Refusal(
                        registry: request.registry,
                        reason: "\(error.text); the job is from a fork, which is given none"))
            }
        }
        return outcome
    }

    private func audience(of request: IdentityRequest) throws(CIEnvError) -> String? {
        do {
            return try ExchangeTable.exchange(for: request, jobName: jobName, context).audience
        } catch {
            throw CIEnvError(request.isArgument ? .usage : .badConfiguration, error.text, hint: error.hint)
        }
    }
}
