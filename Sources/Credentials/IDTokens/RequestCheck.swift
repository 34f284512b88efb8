public import CIEnv
internal import DockerConfig
internal import HTTP
public import Registry

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
        /// What will fail unless something changes until a client asks, one line each.
        public var warnings: [String] = []

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
    ///   - readFile: The bytes of a file; `nil` where there is none.
    public init(
        system: CISystem, jobName: String, environment: Environment, allowsPlainHTTP: Bool = false,
        readFile: @escaping @Sendable (String) throws(RegistryError) -> [UInt8]? = { _ in nil }
    ) {
        self.system = system
        self.jobName = jobName
        self.environment = environment
        var context = CloudContext(offline: environment)
        context.allowsPlainHTTP = allowsPlainHTTP
        context.readFile = readFile
        self.context = context
    }

    /// Checks `requests`.
    ///
    /// - Parameters:
    ///   - requests: What was asked for.
    ///   - excuse: Why the job may have no token, if there is a reason: that it has none is then only noted.
    /// - Returns: The requests that can be tried.
    /// - Throws: `CIEnvError`: `usage` or `badConfiguration`, by where it was asked for, where something is missing or
    ///   wrong in a request; `badConfiguration` where a job that should have a token has none, or one that is no good.
    public func check(
        _ requests: [IdentityRequest], excuse: @autoclosure () -> String?
    ) throws(CIEnvError) -> Outcome {
        var outcome = Outcome()
        for (index, request) in requests.enumerated() {
            let audience = try audience(of: request, number: index + 1)
            do throws(CIEnvError) {
                let tokens = try system.idTokenSource(
                    for: request, audience: audience, in: environment, reading: read)
                if let warning = try look(at: tokens, of: request, audience: audience) {
                    outcome.warnings.append("\(request.registry): \(warning)")
                }
                outcome.approved.append(Approved(request: request, tokens: tokens))
            } catch {
                guard let excuse = excuse() else { throw error }
                outcome.refused.append(
                    CredentialSources.Refusal(registry: request.registry, reason: "\(error.text); \(excuse)"))
            }
        }
        return outcome
    }

    private func audience(of request: IdentityRequest, number: Int) throws(CIEnvError) -> String? {
        do {
            return try ExchangeTable.exchange(for: request, jobName: jobName, context).audience
        } catch {
            var text = error.text
            // In a variable it may be a secret in the wrong place that only looks like a host.
            if !request.isArgument, request.hasNoKeys {
                text = text.replacing(request.registry, with: "the registry of number \(number)")
            }
            let isArguments = request.isArgument && !isVariables(error)
            throw CIEnvError(isArguments ? .usage : .badConfiguration, text, hint: error.hint)
        }
    }

    /// Whether a variable is what is wrong: then its name comes first in the text.
    private func isVariables(_ error: RegistryError) -> Bool {
        environment[String(error.text.prefix { !$0.isWhitespace && $0 != ":" })] != nil
    }

    /// Looks at what can be seen of the source without asking anybody.
    ///
    /// - Returns: What will be missing, if it does not come yet.
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where it can be no good.
    private func look(
        at source: IDTokenSource, of request: IdentityRequest, audience: String?
    ) throws(CIEnvError) -> String? {
        do throws(RegistryError) {
            switch source {
            case .variable(let name):
                let check = IDTokenCheck(
                    source: source, audience: audience, now: context.pacing.unixTime(), isNamed: request.namesToken)
                _ = try check.token(environment[name].map(Secret.init))
            case .gitHubService: try checkAddress(IDTokenVariables.gitHubURL)
            case .azurePipelinesService: try checkAddress(IDTokenVariables.azureURL)
            case .file(let path):
                if try context.readFile(path) == nil {
                    return "there is no \(path) yet, which is to hold its OIDC token"
                }
            case .fileNamed(let name):
                // Without a word of the path: the variable may have the token itself in it.
                if read(environment[name] ?? "") == nil {
                    return "there is no file of \(name) yet, which is to hold its OIDC token"
                }
            case .program, .googleMetadata: break
            }
        } catch {
            throw CIEnvError(.badConfiguration, error.text, hint: error.hint)
        }
        return nil
    }

    private func read(_ path: String) -> [UInt8]? { (try? context.readFile(path)) ?? nil }

    private func checkAddress(_ variable: String) throws(RegistryError) {
        _ = try CloudEndpoint.url(environment[variable] ?? "", from: variable, context)
    }
}
