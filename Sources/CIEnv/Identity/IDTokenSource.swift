/// Where a job's OIDC token comes from.
///
/// What a system has stands in its row of the table (`CISystem.idTokens`), in the order in which it is tried. A source
/// says where to ask; asking is for others (`Credentials.IDTokenFetcher`).
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
    /// A program prints a token for any audience, which stands in its arguments in the place of `{audience}`.
    case program(String, [String])
    /// The metadata server of Google's machines, which makes a token for any audience.
    case googleMetadata
}
