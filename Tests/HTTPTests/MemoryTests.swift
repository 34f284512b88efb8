internal import Glibc
internal import HTTP
internal import TestSupport
internal import Testing

/// Whether a sanitizer's own memory would be counted, too.
private let isSanitized = ["__asan_init", "__tsan_init"].contains { (name: String) in unsafe dlsym(nil, name) != nil }

@Suite(
    "The memory for a body", .timeLimit(.minutes(3)), .disabled(if: isSanitized, "a sanitizer's memory is counted, too")
)
struct MemoryTests {
    @Test("is the same for 512 MiB, which are copied from one server to another, as for 16")
    func copied() async {
        // In a process of its own, whose memory is nobody else's.
        await #expect(processExitsWith: .success) {
            let source = try LoopbackServer { connection in
                let part = [UInt8](repeating: 7, count: 1 << 18)
                while let request = connection.readRequest() {
                    let length = Int(request.path.dropFirst()) ?? 0
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
                    for _ in 0..<length / part.count { guard connection.send(part) else { return } }
                }
            }
            let target = try LoopbackServer { connection in
                while let request = connection.readHead() {
                    var left = request.value("Content-Length").flatMap { Int($0) } ?? 0
                    while left > 0 {
                        let part = connection.readSome()
                        guard !part.isEmpty else { return }
                        left -= part.count
                    }
                    connection.send(answer(201))
                }
            }
            let client = makeClient()
            func copy(_ length: Int) async throws {
                let stream = try await client.stream(HTTPRequest(.get, source.url("/\(length)")))
                let upload = HTTPUpload(length: length) { () async throws(HTTPError) in try await stream.next() }
                #expect(try await client.send(HTTPRequest(.put, target.url(), body: .stream(upload))).status == 201)
            }
            try await copy(16 << 20)
            let before = try peakMemory()
            try await copy(512 << 20)
            #expect(try peakMemory() - before < 16 << 20)
        }
    }
}

/// The most memory that this process has had, in bytes.
private func peakMemory() throws -> Int {
    let line = try Files.text("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    return try #require(kilobytes) * 1024
}
