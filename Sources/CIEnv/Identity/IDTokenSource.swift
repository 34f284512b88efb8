/// Where a job's OIDC token comes from.
///
/// What a system has stands in its row of the table (`CISystem.idTokens`). A source says where to ask; asking is for
/// others (`Credentials.IDTokenFetcher`).
public enum IDTokenSource: Equatable, Sendable {
    /// The variable holds the token.
    case variable(String)
    /// The variable holds the path of a file with the token.
    case fileNamed(by: String)
    /// The file at this path, which `--oidc` names.
    case file(String)
    /// GitHub's service, which makes a token for any audience: its address and what lets a job in are in variables.
    case gitHubService
    /// Azure Pipelines' service.
    case azurePipelinesService
    /// A program, with its arguments, prints a token for the audience that was asked for.
    case program(String, [String])
    /// The metadata server of Google's machines, which makes a token for any audience.
    case googleMetadata

    /// Whether it gives another token when it is asked again, so that a credential can be renewed for as long as the job
    /// runs.
    ///
    /// What is in a variable is what it was when the job began. A file is its owner's to renew, as Kubernetes does.
    public var isRenewable: Bool {
        if case .variable = self { false } else { true }
    }
}

extension IDTokenSource: CustomStringConvertible {
    /// What people know it by: a variable's name, a path, a program.
    public var description: String {
        switch self {
        case .variable(let name): Export.isTelling(name) ? name : "the variable of token-var"
        case .fileNamed(let name): "the file of \(name)"
        case .file(let path): path
        case .gitHubService: IDTokenVariables.gitHubURL
        case .azurePipelinesService: IDTokenVariables.azureURL
        case .program(let name, let arguments):
            ([name] + arguments.prefix { !$0.hasPrefix("-") }).joined(separator: " ")
        case .googleMetadata: "Google's metadata server"
        }
    }
}

/// The variables by which a system's services for OIDC tokens are asked.
public enum IDTokenVariables {
    /// GitHub: the service's address.
    public static let gitHubURL = "ACTIONS_ID_TOKEN_REQUEST_URL"
    /// GitHub: what lets the job in.
    public static let gitHubToken = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
    /// Azure Pipelines: the service's address.
    public static let azureURL = "SYSTEM_OIDCREQUESTURI"
    /// Azure Pipelines: what lets the job in.
    public static let azureToken = "SYSTEM_ACCESSTOKEN"
    /// Azure Pipelines: the number of the service connection that the token is to speak for.
    public static let azureConnection = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
}
