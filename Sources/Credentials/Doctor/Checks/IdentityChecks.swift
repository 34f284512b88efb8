internal import CIEnv
internal import DockerConfig
internal import POSIX
internal import Registry

/// What is exchanged for credentials: the job's OIDC token.
enum IdentityChecks {
    /// Whether the job's list of requests can be relied on.
    static func sources(_ scene: Scene) -> [Finding] {
        guard scene.hasBrokenSources else { return [] }
        return [
            Finding(
                .oidc, .fail, "\(scene.jobPath ?? "")/\(CredentialSources.fileName) is not what ci-env wrote",
                hint: "evaluate berth ci-env again")
        ]
    }

    /// Whether there is a token for each request, and one that will do.
    static func tokens(_ scene: Scene) -> [Finding] {
        (scene.sources?.requests ?? []).map { finding($0, scene) }
    }

    private static func finding(_ request: IdentityRequest, _ scene: Scene) -> Finding {
        let exchanger: Examination.Exchanger
        do throws(RegistryError) {
            exchanger = try scene.inputs.exchange(request)
        } catch {
            return Finding(.oidc, .fail, error.text, hint: error.hint ?? "correct what --oidc says of it")
        }
        let source: IDTokenSource
        do throws(CIEnvError) {
            source = try scene.tokenSystem.idTokenSource(
                for: request, audience: exchanger.audience, in: scene.environment)
        } catch {
            return Finding(
                .oidc, scene.isFork ? .warn : .fail, error.text,
                hint: error.hint ?? "token-file: or token-var: name a file or a variable that holds one")
        }
        switch given(by: source, scene) {
        case .elsewhere(let program?) where scene.files.program(program, in: scene.environment["PATH"]) == nil:
            return Finding(
                .oidc, .fail, "\(request.registry): \(program), which gives the OIDC token, is in no directory of PATH",
                hint: "hand the CI system's own program on into the job's container")
        case .elsewhere:
            let audience = exchanger.audience.map { ", for \($0)" } ?? ""
            return Finding(.oidc, .ok, "\(request.registry): an OIDC token is asked for at \(source)\(audience)")
        case .missing(let why):
            return Finding(
                .oidc, .fail, "\(request.registry): no OIDC token: \(why)", hint: "is it mounted into the job?")
        case .token(let text): return judge(text, of: source, request, exchanger, scene)
        }
    }

    /// What came of it when a client last asked.
    static func lastExchanges(_ scene: Scene) -> [Finding] {
        (scene.sources?.requests ?? []).compactMap { request in
            let record = scene.inputs.record(request)
            guard let error = record.refusal else { return nil }
            let isGood = record.minted.map { $0.credential.end > scene.now } ?? false
            return Finding(
                .oidc, isGood ? .warn : .fail, "when a client last asked for \(request.registry): \(error.text)",
                hint: error.hint ?? "berth doctor --verify tries it again")
        }
    }

    // MARK: tokens that can be seen

    private enum Given {
        /// The token's text.
        case token(String)
        /// Somebody has to be asked, where that is so by this program.
        case elsewhere(program: String?)
        /// It cannot be read, and why.
        case missing(String)
    }

    private static func given(by source: IDTokenSource, _ scene: Scene) -> Given {
        switch source {
        case .variable(let name):
            return scene.environment[name].map { .token($0) } ?? .missing("the variable is not set")
        case .fileNamed(let name):
            return scene.environment[name].map { read($0, namedBy: name, scene) } ?? .missing("the variable is not set")
        case .file(let path): return read(path, scene)
        case .program(let name, _): return .elsewhere(program: name)
        case .gitHubService, .azurePipelinesService, .googleMetadata: return .elsewhere(program: nil)
        }
    }

    private static func read(_ path: String, _ scene: Scene) -> Given {
        do throws(SystemError) {
            return .token(String(decoding: try scene.files.read(path).filter { $0 > 0x20 }, as: UTF8.self))
        } catch {
            return .missing("\(error)")
        }
    }

    /// The same without a word of the path: the variable may have the token itself in it.
    private static func read(_ path: String, namedBy variable: String, _ scene: Scene) -> Given {
        guard path.hasPrefix("/") else { return .missing("\(variable) holds no path") }
        guard case .token(let text) = read(path, scene) else {
            return .missing("the file of \(variable) is not there, or cannot be read")
        }
        return .token(text)
    }

    private static func judge(
        _ text: String, of source: IDTokenSource, _ request: IdentityRequest, _ exchanger: Examination.Exchanger,
        _ scene: Scene
    ) -> Finding {
        guard let claims = IDTokenClaims(Secret(text)) else {
            return Finding(
                .oidc, .fail, "\(request.registry): what \(source) holds is no JSON Web Token",
                hint: "name the variable or file of the OIDC token with token-var: or token-file:")
        }
        let name = "\(request.registry): the OIDC token of \(source)"
        if let trouble = trouble(claims, name, exchanger, scene) { return trouble }
        if !source.isRenewable, let end = claims.expiry, let jobEnd = scene.jobEnd, end < jobEnd {
            return Finding(
                .oidc, .warn,
                "\(name) ends \(TimeText.distance(end, now: scene.now)), the job at the latest "
                    + "\(TimeText.distance(jobEnd, now: scene.now)), and there is no other: what was exchanged for it "
                    + "cannot be renewed after that",
                hint: "have the CI system make one that lives longer, or push before")
        }
        let parts = [
            claims.issuer.map { "of \(shown($0))" }, claims.subject.map { "about \(shown($0))" },
            claims.audiences.isEmpty ? nil : "for \(list(claims.audiences))",
            claims.expiry.map { "until \(TimeText.moment($0, now: scene.now))" },
        ]
        return Finding(.oidc, .ok, ([name] + parts.compactMap(\.self)).joined(separator: ", "))
    }

    /// Why a token with these claims will be refused.
    private static func trouble(
        _ claims: IDTokenClaims, _ name: String, _ exchanger: Examination.Exchanger, _ scene: Scene
    ) -> Finding? {
        if let end = claims.expiry, end <= scene.now {
            return Finding(
                .oidc, .fail, "\(name) ended \(TimeText.distance(end, now: scene.now))",
                hint: "what was exchanged for it goes on; the CI system decides how long its tokens live")
        }
        guard let audience = exchanger.audience, !claims.audiences.contains(audience) else { return nil }
        let others = claims.audiences.isEmpty ? "nobody" : list(claims.audiences)
        return Finding(
            .oidc, .fail, "\(name) is for \(others), and \(exchanger.title) takes one for \(audience)",
            hint: "have the CI system make it for \(audience), or say audience: as \(exchanger.title) was told")
    }

    /// The tokens of the job that are in variables and files.
    static func visibleTokens(_ scene: Scene) -> [Secret] {
        (scene.sources?.requests ?? []).compactMap { request in
            guard let exchanger = try? scene.inputs.exchange(request),
                let source = try? scene.tokenSystem.idTokenSource(
                    for: request, audience: exchanger.audience, in: scene.environment),
                case .token(let text) = given(by: source, scene)
            else { return nil }
            return Secret(text)
        }
    }

    private static func list(_ claims: [String]) -> String { claims.map(shown).joined(separator: ", ") }

    /// A claim, which can be of any length and hold anything.
    private static func shown(_ claim: String) -> String { Excerpt.line(claim) }
}
