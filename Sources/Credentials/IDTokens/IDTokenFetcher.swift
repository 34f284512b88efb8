public import CIEnv
internal import DockerConfig
internal import HTTP
public import Registry

/// Gets a job's OIDC tokens.
///
/// None is kept: a token is for one audience, and good for minutes.
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
    /// - Throws: `RegistryError`, of the kind `denied` where the job has none, or none that is for the audience and good.
    public func token(for request: IdentityRequest, audience: String?) async throws(RegistryError) -> IDToken {
        let source: IDTokenSource
        do {
            source = try system.idTokenSource(for: request, audience: audience, in: environment) { [cloud] path in
                (try? cloud.readFile(path)) ?? nil
            }
        } catch {
            throw RegistryError(.denied, error.text, hint: error.hint)
        }
        let text = try await text(from: source, audience: audience)
        let check = IDTokenCheck(
            source: source, audience: audience, now: cloud.pacing.unixTime(), isNamed: request.namesToken)
        return IDToken(try check.token(text), from: source.description)
    }

    private func text(from source: IDTokenSource, audience: String?) async throws(RegistryError) -> Secret? {
        switch source {
        case .variable(let name): return environment[name].map(Secret.init)
        case .file(let path): return try file(path)
        case .fileNamed(let variable):
            return try environment[variable].flatMap { path throws(RegistryError) in
                try file(path, namedBy: variable)
            }
        case .gitHubService, .azurePipelinesService:
            return try await IDTokenService(source, environment, cloud).token(audience: audience)
        case .program(let program, let arguments): return try await output(program, arguments)
        case .googleMetadata: return try await GoogleMetadata(cloud).identityToken(audience: audience)
        }
    }

    /// Read anew each time: whoever has put it there renews it.
    private func file(_ path: String) throws(RegistryError) -> Secret? {
        guard let bytes = try cloud.readFile(path) else {
            throw RegistryError(.denied, "no OIDC token: there is no \(path)")
        }
        return String(validating: bytes, as: UTF8.self).map(Secret.init)
    }

    /// The same without a word of the path: the variable may have the token itself in it.
    private func file(_ path: String, namedBy variable: String) throws(RegistryError) -> Secret? {
        guard path.hasPrefix("/") else {
            throw RegistryError(
                .denied, "no OIDC token: \(variable) holds no path",
                hint: "it should begin with /; name a variable that holds the token itself with token-var:")
        }
        let bytes: [UInt8]?
        do throws(RegistryError) {
            bytes = try cloud.readFile(path)
        } catch {
            throw RegistryError(
                .denied, "no OIDC token: the file of \(variable) cannot be read",
                hint: "may the user who runs this read it, and is it a file?")
        }
        guard let bytes else {
            throw RegistryError(
                .denied, "no OIDC token: the file of \(variable) is not there", hint: "is it mounted into the job?")
        }
        return String(validating: bytes, as: UTF8.self).map(Secret.init)
    }

    /// To wait for a program would keep the thread that makes the transfers.
    private func output(_ program: String, _ arguments: [String]) async throws(RegistryError) -> Secret? {
        let run = run
        let task = Task.detached { () -> Result<[UInt8], RegistryError> in
            do throws(RegistryError) {
                return .success(try run(program, arguments))
            } catch {
                return .failure(error)
            }
        }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return String(validating: try result.get(), as: UTF8.self).map(Secret.init)
    }
}
