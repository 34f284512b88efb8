internal import TestSupport

/// What curl got.
struct Answer: Sendable {
    /// curl's exit code.
    let exit: Int32
    /// The status of the last answer; 0 where there was none.
    let status: Int
    /// The last answer's header lines, names in lower case.
    let headers: [String]
    /// The body.
    let body: String

    /// The value of a header.
    func header(_ name: String) -> String? {
        headers.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }
}

/// Asks with curl, an independent client; whatever the answer is, even none.
func curl(_ url: String, _ options: [String] = []) async throws -> Answer {
    let scratch = try ScratchDirectory()
    let (head, body) = ("\(scratch.path)/head", "\(scratch.path)/body")
    let outcome = try await Command(
        "curl", ["--silent", "--max-time", "20", "--dump-header", head, "--output", body] + options + [url]
    ).run()
    // Of redirects and leaves to go on, each has a head of its own.
    let heads = ((try? Files.text(head)) ?? "").split(separator: "\r\n\r\n")
    let lines = (heads.last ?? "").split(separator: "\r\n").map(String.init)
    return Answer(
        exit: outcome.status,
        status: lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0,
        headers: lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return "\(parts[0].lowercased()):\(parts.dropFirst().first ?? "")"
        },
        body: (try? Files.text(body)) ?? "")
}
