internal import DockerConfig
internal import HTTP
internal import JSON

/// The Security Token Service, which gives temporary credentials for a role (AWS STS API Reference, 2011-06-15).
struct AWSSTS: Sendable {
    /// A role to take on.
    struct Role: Sendable {
        /// The role's name in full, `arn:aws:iam::123456789012:role/name`.
        let arn: String
        /// What the session is called in AWS's logs; made up where nobody names it.
        var sessionName: String?
        /// What the role's trust policy may ask for besides.
        var externalID: String?
        /// How long the credentials are good, in seconds, from 900 to 43,200; an hour where nobody says.
        var duration: Int?
    }

    private let context: CloudContext
    private let endpoints: AWSEndpoints
    private let sender: AWSSender

    /// The most characters of a web identity token (AssumeRoleWithWebIdentity, `WebIdentityToken`).
    private static let tokenLimit = 20_000

    /// The service at its usual address, or where the context's variables have it.
    init(_ context: CloudContext) {
        self.context = context
        endpoints = AWSEndpoints(context)
        sender = AWSSender(context: context, tries: 5, patience: .seconds(60))
    }

    /// Temporary credentials for a role in exchange for an OIDC token.
    ///
    /// The request is not signed: the token says who asks.
    ///
    /// - Parameters:
    ///   - token: The token.
    ///   - role: The role's name in full.
    ///   - sessionName: What the session is called in AWS's logs.
    ///   - duration: How long the credentials are good, in seconds.
    ///   - region: Whose endpoint is asked; where none is named, the main one of the role's partition.
    /// - Returns: The credentials.
    /// - Throws: `RegistryError`, of the kind `denied` where AWS refuses the token.
    func assumeRole(
        webIdentityToken token: Secret, role: String, sessionName: String? = nil, duration: Int? = nil,
        region: String? = nil
    ) async throws(RegistryError) -> AWSCredentials {
        let length = token.withValue { $0.utf8.count }
        guard length > 0, length <= Self.tokenLimit else {
            throw RegistryError(
                .denied, "the OIDC token for AWS is \(length == 0 ? "empty" : "longer than AWS takes")")
        }
        let role = Role(arn: role, sessionName: sessionName, duration: duration)
        return try await assume(role, "AssumeRoleWithWebIdentity", region, token: token, signedBy: nil)
    }

    /// Temporary credentials for a role in exchange for other credentials.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where AWS refuses who asks.
    func assumeRole(
        _ role: Role, as credentials: AWSCredentials, region: String? = nil
    ) async throws(RegistryError) -> AWSCredentials {
        try await assume(role, "AssumeRole", region, token: nil, signedBy: credentials)
    }

    private func assume(
        _ role: Role, _ action: String, _ region: String?, token: Secret?, signedBy credentials: AWSCredentials?
    ) async throws(RegistryError) -> AWSCredentials {
        let partition = try Self.partition(ofRole: role.arn)
        let named = region == nil ? try context.awsRegion() : nil
        let region = region ?? named ?? partition.mainRegion
        let url = try endpoints.url(
            of: .sts, region: region, isFIPS: endpoints.prefersFIPS, isDualStack: endpoints.prefersDualStack)
        let form = form(role, action, token: token)
        var request = HTTPRequest(
            .post, url, headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: .secret(form), bodyLimit: 1 << 17)
        // To be given credentials twice does no harm.
        request.isRepeatable = true
        let response = try await sender.send(request) { request in
            guard let credentials else { return request }
            return AWSSignature.sign(
                request, service: AWSService.sts.signingName, region: region, credentials: credentials,
                unixTime: context.pacing.unixTime())
        }
        guard response.status == 200 else {
            throw failure(response, showing: token).error(of: "sts:\(action)", at: url, context)
        }
        guard let credentials = Self.credentials(response.body, action) else {
            throw RegistryError(.protocolViolation, "sts:\(action) at \(url.host): the answer holds no credentials")
        }
        return credentials
    }

    /// The partition of the role `arn`.
    ///
    /// - Throws: `RegistryError` of the kind `badName` where it is no role's name.
    @discardableResult
    static func partition(ofRole arn: String) throws(RegistryError) -> AWSPartition {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 6, parts[0] == "arn", parts[2] == "iam", arn.utf8.count <= 2048 else {
            throw RegistryError(
                .badName, "\(Excerpt.quoted(arn)) is not the name of an AWS role",
                hint: "it needs the form arn:aws:iam::ACCOUNT:role/NAME")
        }
        return AWSPartition.all.first { $0.name == parts[1] } ?? .commercial
    }

    private func form(_ role: Role, _ action: String, token: Secret?) -> Secret {
        var parameters: [(name: String, value: String)] = [
            ("Action", action), ("Version", "2011-06-15"), ("RoleArn", role.arn),
            ("RoleSessionName", Self.sessionName(role.sessionName, at: context.pacing.unixTime())),
        ]
        if let duration = role.duration {
            parameters.append(("DurationSeconds", String(min(max(duration, 900), 43_200))))
        }
        if let id = role.externalID { parameters.append(("ExternalId", id)) }
        let text = PercentEncoding.form(parameters)
        guard let token else { return Secret(text) }
        return Secret(text + token.withValue { "&WebIdentityToken=\(PercentEncoding.component($0))" })
    }

    /// From 2 to 64 of the letters, digits and `+=,.@-_` that AWS takes; all others become hyphens.
    static func sessionName(_ wanted: String?, at unixTime: Int) -> String {
        let bytes = (wanted ?? "").utf8.prefix(64).map { byte in
            byte.isLetter || byte.isDigit || "+=,.@-_".utf8.contains(byte) ? byte : UInt8(ascii: "-")
        }
        return bytes.count >= 2 ? String(decoding: bytes, as: UTF8.self) : "berth-\(unixTime)"
    }

    /// The failure without words that quote the token.
    private func failure(_ response: HTTPResponse, showing token: Secret?) -> AWSFailure {
        let failure = AWSFailure(response)
        // A token has three parts between dots, any of which would be too much.
        let isQuoted = token?.withValue { token in
            token.split(separator: ".").contains { $0.utf8.count >= 8 && failure.message.contains($0) }
        }
        guard isQuoted == true else { return failure }
        return AWSFailure(status: failure.status, code: failure.code, message: "")
    }

    private static func credentials(_ body: [UInt8], _ action: String) -> AWSCredentials? {
        if let root = try? JSONNode(parsing: body) {
            let result = root.member("\(action)Response")?.member("\(action)Result")
            return (result?.member("Credentials")).flatMap { AWSCredentials($0, tokenName: "SessionToken") }
        }
        let document = XMLText(body)
        guard let id = document.text(of: "AccessKeyId"), let secret = document.text(of: "SecretAccessKey"),
            let token = document.text(of: "SessionToken"), !id.isEmpty, !secret.isEmpty, !token.isEmpty
        else { return nil }
        return AWSCredentials(
            accessKeyID: id, secretAccessKey: Secret(secret), sessionToken: Secret(token),
            expiry: document.text(of: "Expiration").flatMap { Timestamp($0)?.secondsSince1970 })
    }
}
