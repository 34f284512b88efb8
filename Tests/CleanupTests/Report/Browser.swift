internal import TestSupport

/// Chromium without a window, a network and a HOME, as the page's readers may have it.
struct Browser: ~Copyable {
    private let scratch: ScratchDirectory
    private static let name = "chromium"

    /// Whether there is one.
    ///
    /// Where not, the tests of the page say so and are skipped.
    static let isHere = Command.searchPath.split(separator: ":").contains { Files.exists("\($0)/\(name)") }

    init() throws { scratch = try ScratchDirectory() }

    /// What came of showing a page.
    struct Result {
        /// The document after its scripts have run.
        let document: String
        /// What the browser's console said of the page.
        let complaints: [String]
    }

    /// Shows `html`, with `fragment` behind its address.
    func show(_ html: String, _ fragment: String = "", options: [String] = []) async throws -> Result {
        let path = try scratch.file("page.html", html)
        let outcome = try await run(["--dump-dom"] + options + ["file://\(path)\(fragment)"])
        let complaints = outcome.errorText.split(separator: "\n").filter { $0.contains("CONSOLE") }.map(String.init)
        return Result(document: outcome.text, complaints: complaints)
    }

    /// A picture of `html`, as PNG.
    func picture(_ html: String, _ width: Int, _ height: Int, options: [String] = []) async throws -> [UInt8] {
        let path = try scratch.file("page.html", html), picture = "\(scratch.path)/picture.png"
        _ = try await run(
            ["--screenshot=\(picture)", "--window-size=\(width),\(height)", "--hide-scrollbars"] + options
                + ["file://\(path)"])
        return try Files.read(picture)
    }

    private func run(_ arguments: [String]) async throws -> Outcome {
        var command = Command(
            Self.name,
            [
                // Root has no sandbox; the page is the tests' own.
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--user-data-dir=\(scratch.path)/profile", "--enable-logging=stderr",
                "--host-resolver-rules=MAP * ~NOTFOUND",
            ] + arguments)
        command.environment["HOME"] = scratch.path
        command.deadline = .seconds(120)
        return try await command.succeed()
    }
}
