internal import CIEnv
internal import Registry

/// Google's registries: a workload identity pool gives an access token for that of a job which one of its providers
/// trusts, and IAM one of a service account's for that, where it is to act as one.
struct GoogleExchange: KeyedExchange {
    static let title = "Google"
    static let ownKeys: [IdentityRequest.Key] = [.provider, .serviceAccount]
    static let sharedKeys: [IdentityRequest.Key] = [.scope]
    static let vendors = ["gcr"]

    let audience: String?
    let username: String? = Self.user
    /// The provider as STS has it, `//iam.googleapis.com/projects/…`.
    private let provider: String
    private let account: String?
    private let scope: String?
    private let sts: GoogleSTS
    private let context: CloudContext

    private static let user = "oauth2accesstoken"
    private static let example = "projects/123456789012/locations/global/workloadIdentityPools/POOL/providers/PROVIDER"

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        let words = try ExchangeWords(request, for: Self.self, context)
        let named = try words.required(.provider, example: Self.example)
        provider = GoogleSTS.audience(ofProvider: named)
        guard Self.isProvider(provider) else { throw words.wrong(.provider, named, example: Self.example) }
        account = words.optional(.serviceAccount)
        if let account, !GoogleSTS.isServiceAccount(account) {
            throw words.wrong(.serviceAccount, account, example: "NAME@PROJECT.iam.gserviceaccount.com")
        }
        scope = words.optional(.scope)
        audience = words.optional(.audience) ?? "https:\(provider)"
        sts = GoogleSTS(context)
        self.context = context
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        let federated: ShortLivedToken
        do {
            // To act as somebody else is for IAM to allow, which wants a token that is good for itself.
            federated = try await sts.exchange(
                subjectToken: token.text, audience: provider, scope: account == nil ? scope : nil)
        } catch {
            throw error.showing(token, context)
        }
        guard let account else { return Self.credential(federated) }
        do {
            return Self.credential(try await sts.impersonate(account, with: federated.token, scope: scope))
        } catch {
            throw error.showing(token, context)
        }
    }

    private static func credential(_ token: ShortLivedToken) -> MintedCredential {
        MintedCredential(username: user, secret: token.token, end: token.end)
    }

    /// Whether `text` is `//iam.googleapis.com/projects/N/locations/L/workloadIdentityPools/POOL/providers/P`.
    private static func isProvider(_ text: String) -> Bool {
        let host = "//iam.googleapis.com/"
        guard text.hasPrefix(host) else { return false }
        let parts = text.dropFirst(host.utf8.count).split(separator: "/", omittingEmptySubsequences: false)
        let isWhole = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        }
        let names = stride(from: 0, to: parts.count, by: 2).map { String(parts[$0]) }
        return isWhole && parts.count == 8 && names == ["projects", "locations", "workloadIdentityPools", "providers"]
    }
}
