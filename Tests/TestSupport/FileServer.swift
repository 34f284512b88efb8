/// A web server on a free port of 127.0.0.1 that serves the files of a directory.
public struct FileServer: ~Copyable, Sendable {
    /// `http://127.0.0.1:port`, where the directory's files are.
    public var address: String { "http://\(service.address)" }

    private let log: String
    private let service: Service
    private let scratch: ScratchDirectory

    /// Starts a server for a directory that its caller keeps, and returns when it listens.
    public init(_ directory: String) async throws {
        let scratch = try ScratchDirectory()
        let log = "\(scratch.path)/log"
        service = try await Service(
            "/usr/bin/python3 -u -m http.server 0 --bind 127.0.0.1 --directory '\(directory)'", log: log
        ) { log in
            guard let start = log.firstRange(of: "(http://")?.upperBound else { return nil }
            let rest = log[start...]
            return rest.firstIndex(of: "/").map { String(rest[..<$0]) }
        }
        self.scratch = scratch
        self.log = log
    }

    /// The paths that somebody has asked for, in their order.
    public func requests() throws -> [String] {
        try Files.text(log).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            return words.firstIndex { $0.hasSuffix("GET") || $0.hasSuffix("HEAD") }
                .flatMap { words.indices.contains($0 + 1) ? String(words[$0 + 1]) : nil }
        }
    }
}
