import Glibc

/// A server on 127.0.0.1 that gives its nth connection the nth answer, whatever is asked, and keeps what was asked.
///
/// A client that tries to speak TLS is hung up on, and does not count.
public final class CannedServer {
    /// What a connection gets.
    public enum Answer: Sendable {
        /// These bytes, then the end.
        case text(String)
        /// Nothing, until the client gives up.
        case silence
    }

    /// The port.
    public let port: Int
    private let listener: Int32
    private let work: Work
    private var thread = pthread_t()

    /// What the server's thread alone touches until it has been joined.
    private final class Work {
        let listener: Int32
        let answers: [Answer]
        var requests: [String] = []

        init(listener: Int32, answers: [Answer]) {
            self.listener = listener
            self.answers = answers
        }

        func run() {
            for answer in answers {
                guard let (connection, request) = next() else { return }
                defer { close(connection) }
                requests.append(request)
                switch answer {
                case .text(let text):
                    var rest = Array(text.utf8)[...]
                    while !rest.isEmpty {
                        let sent = unsafe rest.withUnsafeBytes {
                            unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                        }
                        guard sent > 0 else { break }
                        rest = rest.dropFirst(sent)
                    }
                case .silence:
                    while !readSome(connection).isEmpty {}
                }
            }
        }

        /// The next connection with a request in it, or nil where the server has been ended.
        private func next() -> (connection: Int32, request: String)? {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return nil }
                let request = readRequest(connection)
                // How a TLS record with a handshake begins.
                guard request.utf8.first == 0x16 else { return (connection, request) }
                close(connection)
            }
        }

        /// Reads the headers and the body whose length they tell.
        private func readRequest(_ connection: Int32) -> String {
            var text = ""
            var end: Int?
            while end.map({ text.utf8.count < $0 }) ?? true {
                let part = readSome(connection)
                guard !part.isEmpty else { break }
                text += String(decoding: part, as: UTF8.self)
                if text.utf8.first == 0x16 { break }
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

    /// Starts a server for as many connections as there are answers.
    public init(_ answers: [Answer]) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(unsafe bind(listener, $0, length) == 0 && listen(listener, 8) == 0)
                precondition(unsafe getsockname(listener, $0, &length) == 0)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.listener = listener
        work = Work(listener: listener, answers: answers)
        let context = unsafe Unmanaged.passRetained(work).toOpaque()
        let error = unsafe pthread_create(
            &thread, nil,
            { context in
                if let context = unsafe context { unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context)
        precondition(error == 0)
    }

    /// Ends the server and tells what it was asked, one text for each connection.
    public consuming func finish() -> [String] {
        shutdown(listener, Int32(SHUT_RDWR))
        pthread_join(thread, nil)
        close(listener)
        return work.requests
    }
}
