internal import JSON

/// A server that is made from a vendor's published description: it checks every request against that, and answers with
/// what the description allows.
///
/// The descriptions, and the program that reads them, lie beside the checkout and not in it: where they are absent, tests
/// that need them say so and are skipped.
public final class SpecMock: Sendable {
    /// `127.0.0.1:port`.
    public var address: String { service.address }

    private let service: Service
    private let scratch: ScratchDirectory

    private static let shared = "\(Berth.packageRoot)/../shared"
    private static let program = "\(shared)/specmock/specmock.py"
    private static let python = "\(Berth.packageRoot)/.build/python/bin/python"

    /// Why it cannot run here; nil where it can.
    public static let obstacle: String? =
        if !Files.exists(program) {
            "the vendors' descriptions are not here: ../shared beside the checkout has them"
        } else if !Files.exists(python) {
            "its Python libraries are not installed: run `make test-deps`, or scripts/python-tools"
        } else { nil }

    /// Starts it with a description below `../shared/specs` and a configuration, and returns when it listens.
    public init(_ spec: String, config: String = "{}") async throws {
        if let obstacle = Self.obstacle { throw TestFailure(obstacle) }
        let scratch = try ScratchDirectory()
        try Files.write(config, to: "\(scratch.path)/config.json")
        service = try await Service(
            "'\(Self.python)' -B '\(Self.program)' '\(Self.shared)/specs/\(spec)' --config '\(scratch.path)/config.json'",
            log: "\(scratch.path)/log", address: Self.address(in:))
        self.scratch = scratch
    }

    /// What it has seen.
    public struct Report: Sendable {
        /// What was wrong with requests, one line each.
        public let violations: [String]
        /// The operations that were called, `GET /path/{parameter}`.
        public let operations: [String]
    }

    /// What it has seen so far.
    public func report() async throws -> Report {
        let text = try await Command(
            "curl", ["--silent", "--show-error", "--fail", "http://\(address)/__mock__/report"]
        ).succeed().text
        let object = try JSONValue(parsing: Array(text.utf8)).object
        return Report(
            violations: object?["violations"]?.array?.map { $0.text(indented: false) } ?? [],
            operations: object?["operations"]?.object?.members.map(\.key) ?? [])
    }

    /// What it says when it listens: `specmock ready http://127.0.0.1:port/prefix operations=…`.
    private static func address(in log: String) -> String? {
        guard let start = log.firstRange(of: "ready http://")?.upperBound else { return nil }
        let rest = log[start...]
        guard rest.contains("\n") else { return nil }
        return String(rest.prefix { $0.isNumber || $0 == "." || $0 == ":" })
    }
}
