/// What libcurl's callbacks fill.
final class ResponseCollector {
    /// Why the answer is not taken.
    struct Problem {
        let kind: HTTPError.Kind
        let reason: String
    }

    private(set) var status = 0
    private(set) var headers: [HTTPResponse.Header] = []
    private(set) var body: [UInt8] = []
    private(set) var problem: Problem?

    private let bodyLimit: Int
    private var headerBytes = 0

    /// Ten times what the most talkative registries send.
    static let headerLimit = 64 << 10

    init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    /// Takes one header line; false where the answer is not wanted any more.
    func takeHeader(_ line: some Collection<UInt8>) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.headerLimit else {
            problem = Problem(kind: .tooLarge, reason: "the answer's headers are longer than \(Self.headerLimit) bytes")
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // An interim answer (100, 103) came before: only the last one's headers count.
            headers = []
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0.prefix(3)) } ?? 0
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop(while: \.isWhitespace)
            let end = value.lastIndex { !$0.isWhitespace }.map(value.index(after:)) ?? value.startIndex
            headers.append(HTTPResponse.Header(String(text[..<colon]), String(value[..<end])))
        }
        return true
    }

    /// Takes a part of the body; false where the answer is not wanted any more.
    func takeBody(_ part: some Collection<UInt8>) -> Bool {
        guard body.count + part.count <= bodyLimit else {
            problem = Problem(kind: .tooLarge, reason: "the answer is longer than \(bodyLimit) bytes")
            return false
        }
        body.append(contentsOf: part)
        return true
    }
}
