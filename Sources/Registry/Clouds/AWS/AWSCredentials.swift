internal import DockerConfig
internal import JSON

/// What requests to AWS are signed with.
struct AWSCredentials: Hashable, Sendable {
    /// The key's name, which every request shows.
    let accessKeyID: String
    /// The key.
    let secretAccessKey: Secret
    /// What temporary credentials are shown with.
    var sessionToken: Secret?
    /// When temporary credentials end, in seconds since 1970; `nil` where nobody has said.
    var expiry: Int?

    /// How long before their end credentials are not used any more, in seconds: a request may take its time.
    private static let margin = 60

    /// Whether they are good at `unixTime` and for a while after it.
    func isFresh(at unixTime: Int) -> Bool {
        expiry.map { $0 > unixTime && $0 - unixTime > Self.margin } ?? true
    }
}

extension AWSCredentials {
    /// Reads `{"AccessKeyId", "SecretAccessKey", tokenName, "Expiration"}`, as several of AWS's services and the programs
    /// of `credential_process` answer; `nil` where a part is missing, or the time is none.
    init?(_ node: JSONNode, tokenName: String) {
        guard let id = node.text("AccessKeyId"), let secret = node.text("SecretAccessKey"), !id.isEmpty,
            !secret.isEmpty
        else { return nil }
        var expiry: Int?
        if let end = node.member("Expiration"), !end.isNull {
            guard let time = end.string.flatMap({ Timestamp($0) }) ?? end.awsTime else { return nil }
            expiry = time.secondsSince1970
        }
        self.init(
            accessKeyID: id, secretAccessKey: Secret(secret),
            sessionToken: node.text(tokenName).flatMap { $0.isEmpty ? nil : Secret($0) }, expiry: expiry)
    }
}

extension JSONNode {
    /// The time that a number of AWS's answers means: seconds since 1970, often with a fraction, and in any of the forms
    /// that JSON has for a number, such as `1.7E9`; `nil` where this is no number.
    var awsTime: Timestamp? {
        if let seconds = integer { return Timestamp(secondsSince1970: seconds) }
        guard let number, abs(number) < 1e15 else { return nil }
        let seconds = number.rounded(.down)
        // A double tells microseconds at best.
        let microseconds = min(((number - seconds) * 1e6).rounded(), 999_999)
        return Timestamp(secondsSince1970: Int(seconds), nanoseconds: Int(microseconds) * 1000)
    }
}
