internal import Glibc

/// A server of HTTP/1.1 that does to each connection what a test says, and keeps what it was asked.
///
/// One connection after the other, one request on each. Who speaks TLS is hung up on.
public final class CannedServer {
    /// What a connection gets.
    public enum Answer: Sendable {
        /// These bytes, then the end.
        case text(String)
        /// Nothing, until the client gives up.
        case silence
    }

    /// The port of 127.0.0.1 that it listens on.
    public let port: Int
    private let work: Work
    private var thread = pthread_t()

    /// A server that gives its nth connection the nth answer, whatever is asked, and then refuses to be asked more.
    public convenience init(_ answers: [Answer]) throws {
        var rest = answers[...]
        try self.init { _, _ in rest.popFirst() }
    }

    /// A server that gives each request the answer that `answer` has for its text and the server's port, until it has
    /// none.
    public init(answer: @escaping (_ request: String, _ port: Int) -> Answer?) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        port = try boundPort(listener)
        guard listen(listener, 8) == 0 else { throw TestFailure("cannot listen: error \(errno)") }
        let port = port
        work = Work(listener: listener) { answer($0, port) }
        let context = unsafe Unmanaged.passRetained(work).toOpaque()
        let error = unsafe pthread_create(
            &thread, nil,
            { context in
                if let context = unsafe context { unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context)
        guard error == 0 else { throw TestFailure("no thread to be had: error \(error)") }
    }

    /// Ends the server and tells what it was asked, one text for each connection.
    public consuming func finish() -> [String] {
        shutdown(work.listener, Int32(SHUT_RDWR))
        pthread_join(thread, nil)
        close(work.listener)
        return work.requests
    }
}

/// What the server's thread alone touches until it has been joined.
private final class Work {
    let listener: Int32
    var requests: [String] = []
    private let answer: (String) -> CannedServer.Answer?

    init(listener: Int32, answer: @escaping (String) -> CannedServer.Answer?) {
        self.listener = listener
        self.answer = answer
    }

    func run() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            defer { close(connection) }
            let request = readRequest(connection)
            guard !request.isEmpty else { continue }
            requests.append(request)
            switch answer(request) {
            case .text(let text): send(text, to: connection)
            case .silence: while !readSome(connection).isEmpty {}
            case nil: return
            }
        }
    }

    private func send(_ text: String, to connection: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// Reads the headers and the body whose length they tell.
    private func readRequest(_ connection: Int32) -> String {
        var text = ""
        var end: Int?
        while end.map({ text.utf8.count < $0 }) ?? true {
            let part = readSome(connection)
            let isHandshake = text.isEmpty && part.first == 0x16
            guard !part.isEmpty, !isHandshake else { break }
            text += String(decoding: part, as: UTF8.self)
            guard end == nil, let blank = text.firstRange(of: "\r\n\r\n") else { continue }
            let field = text.firstRange(of: "Content-Length: ").map {
                text[$0.upperBound...].prefix { $0.isNumber }
            }
            end = text[..<blank.upperBound].utf8.count + (field.flatMap { Int($0) } ?? 0)
        }
        return text
    }

    private func readSome(_ connection: Int32) -> ArraySlice<UInt8> {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(connection, &bytes, bytes.count)
        return bytes.prefix(max(0, count))
    }
}
