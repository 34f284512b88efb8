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
        (scene.sources?.requests ?? []).map { finding($0, scene) } + unseen(scene)
    }

    /// What ci-env was asked for and has left out.
    static func refused(_ scene: Scene) -> [Finding] {
        (scene.sources?.refused ?? []).map { refusal in
            Finding(
                .oidc, .warn, "\(refusal.registry): no credential, as berth ci-env has said: \(refusal.reason)",
                hint: "push from a job of the repository itself, not of a fork")
        }
    }

    /// What is wrong with requests that ci-env has not seen, as they came later or there is no job yet.
    private static func unseen(_ scene: Scene) -> [Finding] {
        guard case .success(let demands) = scene.logins, !scene.hasBrokenSources else { return [] }
        let sources = scene.sources
        let known = Set(
            ((sources?.requests ?? []).map(\.registry) + (sources?.refused ?? []).map(\.registry)).compactMap {
                RegistryKey($0)?.host
            })
        return demands.requests.filter { known.contains(RegistryKey($0.registry)?.host ?? "") == false }.map {
            request in
            let found = finding(request, scene)
            guard found.status == .ok, scene.hasJob else { return found }
            return Finding(
                .oidc, .warn, "\(request.registry): \(request.source) asks for it, but ci-env has not been told",
                hint: "evaluate berth ci-env again")
        }
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
            source = try self.source(for: request, exchanger, scene)
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
                .oidc, scene.minted(request) == nil ? .fail : .warn, "\(request.registry): no OIDC token: \(why)",
                hint: "is it mounted into the job?")
        case .token(let text): return judge(text, of: source, request, exchanger, scene)
        }
    }

    /// What came of it when a client last asked.
    static func lastExchanges(_ scene: Scene) -> [Finding] {
        (scene.sources?.requests ?? []).compactMap { request in
            let record = scene.inputs.record(request)
            guard let error = record.refusal else { return nil }
            let isGood = scene.minted(request) != nil
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

    private static func source(
        for request: IdentityRequest, _ exchanger: Examination.Exchanger, _ scene: Scene
    ) throws(CIEnvError) -> IDTokenSource {
        try scene.tokenSystem.idTokenSource(
            for: request, audience: exchanger.audience, in: scene.environment, reading: { try? scene.files.read($0) })
    }

    /// Where the token for `request` comes from, and what can be seen of it; `nil` where there is none.
    private static func seen(of request: IdentityRequest, _ scene: Scene) -> (source: IDTokenSource, given: Given)? {
        guard let exchanger = try? scene.inputs.exchange(request),
            let source = try? source(for: request, exchanger, scene)
        else { return nil }
        return (source, given(by: source, scene))
    }

    private static func given(by source: IDTokenSource, _ scene: Scene) -> Given {
        switch source {
        case .variable(let name):
            return scene.environment[name].map { .token($0) } ?? .missing("the variable is not set")
        case .fileNamed(let name):
            guard let path = scene.environment[name] else { return .missing("the variable is not set") }
            // The token itself may stand there.
            return PathVariable.isPath(path) ? read(path, scene) : .missing("\(name) holds no path that begins with /")
        case .file(let path): return read(path, scene)
        case .program(let name, _): return .elsewhere(program: name)
        case .gitHubService, .azurePipelinesService, .googleMetadata: return .elsewhere(program: nil)
        }
    }

    private static func read(_ path: String, _ scene: Scene) -> Given {
        do throws(SystemError) {
            return .token(String(decoding: try scene.files.read(path), as: UTF8.self))
        } catch {
            return .missing(PathVariable.isPath(path) ? "\(error)" : "\(error.code)")
        }
    }

    private static func judge(
        _ text: String, of source: IDTokenSource, _ request: IdentityRequest, _ exchanger: Examination.Exchanger,
        _ scene: Scene
    ) -> Finding {
        let claims: IDTokenClaims
        do throws(RegistryError) {
            // When it ends is told below, with what that means for the job.
            let check = IDTokenCheck(
                source: source, audience: exchanger.audience, now: nil, isNamed: request.namesToken)
            claims = try check.read(Secret(text)).claims
        } catch {
            return Finding(
                .oidc, .fail, "\(request.registry): \(error.text)",
                hint: error.hint ?? "name the variable or file of the OIDC token with token-var: or token-file:")
        }
        let name = "\(request.registry): the OIDC token of \(source)"
        if let end = claims.expiry {
            if end <= scene.now { return ended(end, name, request, scene) }
            if let jobEnd = scene.jobEnd, end < jobEnd, !source.isRenewable {
                return Finding(
                    .oidc, .warn,
                    "\(name) ends \(TimeText.distance(end, now: scene.now)), the job at the latest "
                        + "\(TimeText.distance(jobEnd, now: scene.now)), and there is no other: what was exchanged for "
                        + "it cannot be renewed after that",
                    hint: "have the CI system make one that lives longer, or push before")
            }
        }
        let parts = [
            claims.issuer.map { "of \(shown($0))" }, claims.subject.map { "about \(shown($0))" },
            claims.audiences.isEmpty ? nil : "for \(list(claims.audiences))",
            claims.expiry.map { "until \(TimeText.moment($0, now: scene.now))" },
        ]
        return Finding(.oidc, .ok, ([name] + parts.compactMap(\.self)).joined(separator: ", "))
    }

    /// What a token's end means: what was exchanged for it goes on, but is the last.
    private static func ended(
        _ end: Int, _ name: String, _ request: IdentityRequest, _ scene: Scene
    ) -> Finding {
        let text = "\(name) ended \(TimeText.distance(end, now: scene.now))"
        let hint = "have the CI system make one that lives longer, or push before"
        guard let last = scene.minted(request) else { return Finding(.oidc, .fail, text, hint: hint) }
        let isEnough = scene.jobEnd.map { last.credential.end >= $0 } ?? false
        let rest = "what was exchanged for it is good until \(TimeText.moment(last.credential.end, now: scene.now))"
        return Finding(.oidc, isEnough ? .ok : .warn, "\(text), and \(rest)", hint: isEnough ? nil : hint)
    }

    /// Whether there will be a token for a new credential when one that ends at `end` does.
    static func renews(_ request: IdentityRequest, at end: Int, _ scene: Scene) -> Bool {
        switch seen(of: request, scene) {
        case (_, .elsewhere)?: return true
        case (_, .missing)?, nil: return false
        case (let source, .token(let text))?:
            guard let last = IDTokenClaims(Secret(text))?.expiry else { return true }
            return last > (source.isRenewable ? scene.now : end)
        }
    }

    /// The tokens of the job that are in variables and files.
    static func visibleTokens(_ scene: Scene) -> [Secret] {
        (scene.sources?.requests ?? []).compactMap { request in
            guard case (_, .token(let text))? = seen(of: request, scene) else { return nil }
            return Secret(text)
        }
    }

    private static func list(_ claims: [String]) -> String { claims.map(shown).joined(separator: ", ") }

    /// A claim, which can be of any length and hold anything.
    private static func shown(_ claim: String) -> String { Excerpt.line(claim) }
}
