internal import DockerConfig
internal import HTTP
internal import JSON

/// What Entra ID says where it gives no token: `{"error", "error_description": "AADSTS700213: …", "error_codes"}`.
struct AzureRefusal: Equatable {
    /// The number behind `AADSTS`, such as 700213.
    let code: Int?
    /// The description's first sentence, fit to be shown: the rest is advice, trace numbers and the time.
    let sentence: String?

    private static let marker = "AADSTS"

    /// Reads the body of an answer; of another form, it tells nothing.
    init(_ body: [UInt8], without secrets: [Secret]) {
        let root = body.count <= 1 << 16 ? (try? JSONValue(parsing: body))?.object : nil
        let description = root?["error_description"]?.string ?? root?["error"]?.string
        var code = root?["error_codes"]?.array?.first?.integer
        if code == nil, let description, description.hasPrefix(Self.marker) {
            code = Int(description.dropFirst(Self.marker.utf8.count).prefix { ("0"..."9").contains($0) })
        }
        self.code = code
        sentence = CloudWords.line(description.map(Self.firstSentence), without: secrets)
    }

    private static func firstSentence(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let end = bytes.indices.first { index in
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0x0A
            return bytes[index] < 0x20 || bytes[index] == UInt8(ascii: ".") && next <= 0x20
        }
        return String(decoding: bytes[..<(end ?? bytes.count)], as: UTF8.self)
    }

    /// What to do about it, with the names that `context` has for what was said.
    func hint(_ context: CloudContext) -> String {
        let tenant = context.settingName("AZURE_TENANT_ID"), client = context.settingName("AZURE_CLIENT_ID")
        return switch code {
        case 70021, 700_211, 700_212, 700_213:
            "add a federated credential with this issuer, subject and audience; a new one takes minutes to be known"
        case 700_024: "the token has ended, or this machine's clock is wrong"
        case 7_000_215: "AZURE_CLIENT_SECRET must be the secret's value, not its id"
        case 7_000_222: "the client secret has expired: make a new one"
        case 90_002, 900_023: "check the tenant's id (\(tenant)), and that it is one of this cloud"
        case 700_016: "check the client's id (\(client)), and that it is an application of this tenant"
        case 500_011: "check the scope: the tenant does not know the resource"
        default: "check \(client), \(tenant) and what proves who asks"
        }
    }
}

extension RegistryError {
    /// What it means that Entra ID answers other than with a token to `request`, in which `secrets` were shown.
    init(azure response: HTTPResponse, to request: HTTPRequest, _ secrets: [Secret], _ context: CloudContext) {
        let refusal = AzureRefusal(response.body, without: secrets)
        let said = "\(request.summary): status \(response.status)" + (refusal.sentence.map { ", \($0)" } ?? "")
        let kind = Kind(tokenService: response.status)
        switch kind {
        case .denied: self.init(kind, "Azure gives no token (\(said))", hint: refusal.hint(context))
        case .tryLater: self.init(kind, said)
        default: self.init(kind, said, hint: "is there a proxy that answers in Azure's place?")
        }
    }
}
