public import CIEnv

extension CredentialSources {
    /// What the job is called in the logs of who gives it a credential: `berth-github-1234567890-build`.
    ///
    /// It has the characters and the length that all of them take; AWS is the strictest (64 of `[\w+=,.@-]`).
    public var jobName: String {
        let words = ["berth", system] + [jobKey].compactMap { $0 }
        let name = words.joined(separator: "-").utf8.prefix(64).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
                byte
            default: UInt8(ascii: "-")
            }
        }
        return String(decoding: name, as: UTF8.self)
    }
}
