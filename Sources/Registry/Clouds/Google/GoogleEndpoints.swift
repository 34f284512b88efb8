internal import HTTP

/// Where Google's token services are, and which addresses in a credential file are believed to be theirs.
///
/// A credential file may come from somewhere else than the key in it: what it names as a token service is sent tokens,
/// so it must be Google's. What the user names by a variable is believed.
struct GoogleEndpoints: Sendable {
    let context: CloudContext

    /// The scope that lets a token do whatever its owner may: what it may is for IAM to say.
    static let cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"
    /// What signs a service account's word must be meant for, and where users' refresh tokens are redeemed.
    static let oauthURL = "https://oauth2.googleapis.com/token"

    private static let stsVariable = "BERTH_GCP_STS_URL"
    private static let iamVariable = "BERTH_GCP_IAM_URL"
    private static let oauthHosts: Set<String> = ["oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com"]

    /// Where OAuth 2's grants are made: at the file's `token_uri`; `BERTH_GCP_STS_URL` with `/token` comes before.
    ///
    /// - Throws: `RegistryError` where the file names somebody else.
    func oauth(_ named: String?, from place: String) throws(RegistryError) -> URLParts {
        if let base = try CloudEndpoint.named(by: Self.stsVariable, context) {
            return try base.appendingPath("/token")
        }
        return try google(named ?? Self.oauthURL, "token_uri", from: place) { Self.oauthHosts.contains($0) }
    }

    /// Where tokens of others are exchanged: at the file's `token_url`; `BERTH_GCP_STS_URL` comes before.
    ///
    /// - Throws: `RegistryError` where the file names somebody else.
    func sts(_ named: String? = nil, from place: String = "Google") throws(RegistryError) -> URLParts {
        if let base = try CloudEndpoint.named(by: Self.stsVariable, context) {
            return try base.appendingPath("/v1/token")
        }
        let url = named ?? "https://sts.googleapis.com/v1/token"
        return try google(url, "token_url", from: place) { Self.isService("sts", $0) }
    }

    /// Where a service account's tokens are made: at the file's `service_account_impersonation_url`;
    /// `BERTH_GCP_IAM_URL` comes before.
    ///
    /// - Throws: `RegistryError` where the file names somebody else.
    func iam(_ named: String? = nil, account: String, from place: String = "Google") throws(RegistryError) -> URLParts {
        let path = "/v1/projects/-/serviceAccounts/\(account):generateAccessToken"
        if let base = try CloudEndpoint.named(by: Self.iamVariable, context) {
            return try base.appendingPath(path)
        }
        let url = try google(
            named ?? "https://iamcredentials.googleapis.com", "service_account_impersonation_url", from: place
        ) { Self.isService("iamcredentials", $0) }
        guard let root = URLParts("https://\(url.authority)") else {
            throw RegistryError(.badName, "\(place): \(url.authority) is no host")
        }
        return try root.appendingPath(path)
    }

    private func google(
        _ text: String, _ field: String, from place: String, _ isOurs: (String) -> Bool
    ) throws(RegistryError) -> URLParts {
        guard let url = URLParts(text), url.isSecure, url.port == 443, isOurs(url.host) else {
            let shown = URLParts(text).map(\.description) ?? "no web address"
            throw RegistryError(
                .denied, "\(place): its \(field) is \(shown), which is not Google's",
                hint: "nothing was sent there; \(Self.stsVariable) and \(Self.iamVariable) name private endpoints")
        }
        return url
    }

    /// Whether `host` is one of the names that Google gives a service: global, regional, or for private networks.
    ///
    /// Elsewhere below googleapis.com are hosts that anybody can put things on, such as storage buckets.
    static func isService(_ service: String, _ host: String) -> Bool {
        let suffix = ".googleapis.com"
        guard host.hasSuffix(suffix) else { return false }
        let labels = host.dropLast(suffix.utf8.count).split(separator: ".", omittingEmptySubsequences: false)
        let names = labels.map(String.init)
        guard names.allSatisfy({ !$0.isEmpty }), !names.contains("storage") else { return false }
        switch names.count {
        case 1: return names[0] == service || names[0].hasSuffix("-\(service)")
        case 2: return names.contains(service) || names[0].hasPrefix("\(service)-") && names[1] == "p"
        case 3: return names[0] == service && names[2] == "rep"
        default: return false
        }
    }
}
