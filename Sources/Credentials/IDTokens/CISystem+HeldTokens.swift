internal import CIEnv
internal import DockerConfig
internal import Registry

extension CISystem {
    /// Where a job has the OIDC token for `request`: of the variables and files that it has, the first with a token for
    /// `audience`.
    ///
    /// - Parameters:
    ///   - request: What was asked for.
    ///   - audience: Whom the token is to be for, where that is known.
    ///   - environment: The job's variables.
    ///   - read: The bytes of a file; `nil` where it cannot be read.
    /// - Returns: The source.
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where there is none.
    func idTokenSource(
        for request: IdentityRequest, audience: String?, in environment: Environment,
        reading read: (String) -> [UInt8]?
    ) throws(CIEnvError) -> IDTokenSource {
        let exchange = ExchangeTable.kind(of: request, CloudContext(offline: environment))
        return try idTokenSource(
            for: request, audience: audience, in: environment, orPodBy: exchange?.podTokenVariable
        ) { source in
            let held: Secret? =
                switch source {
                case .variable(let name): environment[name].map(Secret.init)
                case .fileNamed(let name):
                    environment[name].flatMap(read).flatMap { String(validating: $0, as: UTF8.self) }.map(Secret.init)
                default: nil
                }
            // What is no token at all is a mistake that is told when it is used.
            guard let audience, let claims = held.flatMap(IDTokenClaims.init) else { return false }
            return !claims.audiences.contains(audience)
        }
    }
}
