internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import JSON

/// Requests that were read are read the same from the job's directory; a refusal shows no line break and no control.
@Sendable func checkIdentity(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(CIEnvError) {
        for request in try IdentityRequest.list(text) {
            let sources = CredentialSources(system: "generic", jobKey: nil, requests: [request])
            let written = Array(JSONValue.object(sources.json.object ?? JSONObject()).text(indented: true).utf8)
            require(CredentialSources(written) == sources, "\(request) is read otherwise from its file")
        }
    } catch {
        let shown = "\(error.text)\(error.hint ?? "")"
        require(!shown.utf8.contains { $0 < 0x20 || $0 == 0x7F }, shown)
    }
    // What stands in a job's directory may be anything.
    _ = CredentialSources(bytes)
}

/// What a token says of itself is fit to be shown, whatever it is.
@Sendable func checkClaims(_ bytes: [UInt8]) {
    // Half of the time the bytes are the claims, since chance does not find Base64.
    let isWhole = bytes.first.map { $0 & 1 == 0 } ?? true
    let payload = Array(bytes.dropFirst())
    let text = isWhole ? String(decoding: payload, as: UTF8.self) : "e30.\(base64URL(payload)).c2ln"
    guard let claims = IDTokenClaims(Secret(text)) else { return }
    if let summary = claims.summary {
        require(!summary.utf8.contains { $0 < 0x20 || $0 == 0x7F }, summary)
    }
    for time in [claims.expiry, claims.issuedAt, claims.notBefore] {
        // To add and subtract such times cannot go wrong.
        require(time.map { abs($0) < 1 << 53 } ?? true, "\(claims)")
    }
}

private func base64URL(_ bytes: [UInt8]) -> String {
    String(Base64.encode(bytes).compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
}
