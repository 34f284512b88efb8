internal import JSON

/// moto, which answers as Amazon's services do: here S3, on 127.0.0.2, another host than everything else is on.
///
/// It checks no signatures. Never run what talks to it with `AWS_CA_BUNDLE` set: Go's AWS library then trusts nothing
/// else, and fails at once where the file is missing.
public final class MotoServer: Sendable {
    /// `127.0.0.2:port`.
    public var address: String { service.address }

    private let service: Service
    private let scratch: ScratchDirectory

    private static let program = "\(Berth.packageRoot)/.build/python/bin/moto_server"

    /// Why it cannot run here; nil where it can.
    public static let obstacle: String? =
        Files.exists(program) ? nil : "moto is not installed: run `make test-deps`, or scripts/python-tools"

    /// Starts it and returns when it listens.
    public init() async throws {
        if let obstacle = Self.obstacle { throw TestFailure(obstacle) }
        let scratch = try ScratchDirectory()
        service = try await Service(
            "'\(Self.program)' -H 127.0.0.2 -p 0", log: "\(scratch.path)/log", address: Self.address(in:))
        self.scratch = scratch
    }

    /// Makes a bucket of a name that no other has, and returns its address, `http://host:port/bucket`.
    public func makeBucket() async throws -> String {
        let bucket = "http://\(address)/bucket-\(UInt32.random(in: 0...UInt32.max))"
        try await Command("curl", ["--silent", "--show-error", "--fail", "--request", "PUT", bucket]).succeed()
        return bucket
    }

    /// What a registry's configuration says under `storage` to keep everything in a bucket.
    func storageDriver(bucket: String, at address: String?) -> String {
        """
        s3: {accesskey: moto, secretkey: moto, region: us-east-1, regionendpoint: "http://\(address ?? self.address)", \
        bucket: \(bucket.split(separator: "/").last ?? ""), secure: false}
        """
    }

    /// What moto says of the port that it got: `Running on http://127.0.0.2:port`, and then the end of the line.
    private static func address(in log: String) -> String? {
        guard let start = log.firstRange(of: "Running on http://")?.upperBound else { return nil }
        let rest = log[start...]
        guard rest.contains("\n") else { return nil }
        return String(rest.prefix { $0.isNumber || $0 == "." || $0 == ":" })
    }
}
