internal import HTTP

/// One of Azure's clouds, which share nothing: each has its own logins and its own registries.
public enum AzureCloud: CaseIterable, Sendable {
    /// The one that everybody uses.
    case global
    /// That of the government of the United States.
    case government
    /// The one in China.
    case china

    /// The cloud of a registry, by the end of its name; `nil` where it is not one of Azure's names.
    public init?(registry host: RegistryHost) {
        guard let cloud = Self.allCases.first(where: { host.name.hasSuffix($0.registrySuffix) }) else { return nil }
        self = cloud
    }

    /// What its registries' names end in.
    public var registrySuffix: String {
        switch self {
        case .global: ".azurecr.io"
        case .government: ".azurecr.us"
        case .china: ".azurecr.cn"
        }
    }

    /// The host of its logins.
    var loginHost: String {
        switch self {
        case .global: "login.microsoftonline.com"
        case .government: "login.microsoftonline.us"
        case .china: "login.chinacloudapi.cn"
        }
    }
}

/// Where Entra ID (Azure Active Directory) is asked for tokens.
struct AzureAuthority: Sendable {
    /// The address without a tenant.
    let root: URLParts

    /// The one that `BERTH_AZURE_LOGIN_URL` names, or `AZURE_AUTHORITY_HOST`, as Azure's libraries have it, or the
    /// cloud's own.
    ///
    /// - Throws: `RegistryError` where a variable names no safe address.
    init(_ cloud: AzureCloud, _ context: CloudContext) throws(RegistryError) {
        if let named = try CloudEndpoint.named(by: "BERTH_AZURE_LOGIN_URL", context) {
            root = named
            return
        }
        let variable = "AZURE_AUTHORITY_HOST"
        let text = context.variable(variable) ?? cloud.loginHost
        let hasScheme = ["https://", "http://"].contains { text.lowercased().hasPrefix($0) }
        root = try CloudEndpoint.url(hasScheme ? text : "https://\(text)", from: variable, context)
    }

    /// Where `tenant`'s tokens are.
    ///
    /// - Throws: `RegistryError` where it is no tenant's name.
    func tokenURL(tenant: String) throws(RegistryError) -> URLParts {
        // A tenant is a number or a domain; a slash or dots alone would lead elsewhere.
        let isName =
            (1...255).contains(tenant.utf8.count) && !tenant.hasPrefix(".")
            && tenant.utf8.allSatisfy { $0.isLetter || $0.isDigit || "-._".utf8.contains($0) }
        guard isName else {
            throw RegistryError(
                .badName, "\(Excerpt.quoted(tenant)) is no tenant of Azure's",
                hint: "it is a number such as 00000000-0000-0000-0000-000000000000, or a domain")
        }
        return try root.appendingPath("/\(tenant)/oauth2/v2.0/token")
    }
}
