public import CIEnv
public import Registry

/// How a kind of registry gives a short-lived credential in exchange for a job's OIDC token.
///
/// One file each; ``ExchangeTable`` has them all.
public protocol TokenExchange: Sendable {
    /// Who exchanges, for people: `AWS`.
    static var title: String { get }

    /// Whether `request` is one for it: by what only it needs (`role`), else by the registry's host.
    static func fits(_ request: IdentityRequest, _ context: CloudContext) -> Bool

    /// An exchange as `request` has it.
    ///
    /// - Parameters:
    ///   - request: What was asked for.
    ///   - jobName: What the job is called in the logs of who gives the credential.
    ///   - context: What sends requests and has variables.
    /// - Throws: `RegistryError` of the kind `badName` where something is missing or wrong; nothing is asked.
    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError)

    /// Whom the OIDC token must be for; `nil` where the CI system's default, or whatever the token has, will do.
    var audience: String? { get }

    /// The user name of all its credentials; `nil` where that is only known from the answer.
    var username: String? { get }

    /// Exchanges `token`.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where it is refused, with the claim or the trust that is missing.
    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential
}
