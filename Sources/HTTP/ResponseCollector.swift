/// What libcurl's callbacks fill.
final class ResponseCollector {
    /// Why the answer is not taken.
    struct Problem {
        let kind: HTTPError.Kind
        let reason: String
    }

    private(set) var status = 0
    private(set) var headers: HTTPFields = []
    private(set) var body: [UInt8] = []
    private(set) var problem: Problem?
    /// Whether the empty line behind the last answer's headers has come: libcurl takes the end of a connection for it.
    private(set) var isHeadWhole = false

    private var bodyLimit = 0
    private var isAtStatusLine = true
    /// How long all headers were together, in bytes.
    private var headerSize = 0

    /// Ten times what the most talkative registries send, in bytes.
    static let headerLimit = 64 << 10

    /// Forgets everything, for another exchange.
    func begin(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
        isHeadWhole = false
        isAtStatusLine = true
        headerSize = 0
        status = 0
        headers.removeAll()
        body = []
        problem = nil
    }

    /// Takes one header line; false where the answer is not wanted any more.
    func takeHeader(_ line: some Collection<UInt8>) -> Bool {
        headerSize += line.count
        guard headerSize <= Self.headerLimit else {
            problem = Problem(kind: .tooLarge, reason: "the answer's headers are longer than \(Self.headerLimit) bytes")
            return false
        }
        // What comes behind a body must not be taken for what was said before it (RFC 9110 §6.5.1).
        if isHeadWhole { return true }
        if isAtStatusLine {
            // An interim answer (100, 103) may have come before: only the last one's headers count.
            headers.removeAll()
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            status = words.dropFirst().first.flatMap { Int(String(decoding: $0.prefix(3), as: UTF8.self)) } ?? 0
            isAtStatusLine = false
        } else if line.elementsEqual("\r\n".utf8) || line.elementsEqual("\n".utf8) {
            isHeadWhole = status >= 200
            isAtStatusLine = true
        } else {
            headers.append(line)
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
