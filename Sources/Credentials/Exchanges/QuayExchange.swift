internal import CIEnv
internal import HTTP
internal import JSON
internal import Registry

/// Quay: a robot's federation says which jobs are given a token that logs in as the robot.
struct QuayExchange: KeyedExchange {
    static let title = "Quay"
    static let ownKeys: [IdentityRequest.Key] = [.robot]
    static let vendors = ["quay"]

    let audience: String?
    let username: String?
    private let robot: String
    private let url: URLParts
    private let context: CloudContext

    private static let urlVariable = "BERTH_QUAY_URL"
    /// How long a token lives that does not say so itself, in seconds: an hour, as Quay has it.
    private static let life = 3600

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        let words = try ExchangeWords(request, for: Self.self, context)
        let example = "NAMESPACE+ROBOT"
        robot = try words.required(.robot, example: example)
        let parts = robot.split(separator: "+", omittingEmptySubsequences: false)
        let isName = robot.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        guard isName, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw words.wrong(.robot, robot, example: example)
        }
        username = robot
        audience = words.optional(.audience)
        url = try words.address(or: Self.urlVariable).appendingPath("/oauth2/federation/robot/token")
        self.context = context
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        let header = try BasicCredentials(username: robot, password: token.text).header()
        let request = HTTPRequest(.get, url, headers: [header])
        let call = ExchangeCall(
            service: "Quay at \(url.authority)", token: token, context: context,
            hint: "does the federation of the robot \(robot) have this issuer and subject?",
            absence: "is it a Quay with robot federation (3.13, or quay.io)? \(Self.urlVariable) names another address")
        let (answer, start) = try await call.answer(request)
        guard let given = ShortLivedToken(answer["token"]?.string, start: start, told: nil, else: Self.life)
        else { throw call.noToken(request) }
        return MintedCredential(username: robot, secret: given.token, end: given.end)
    }
}
