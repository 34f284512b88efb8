internal import JSON

/// moto, which answers as Amazon's services do, on 127.0.0.2, another host than everything else is on.
///
/// It checks no signatures unless it is told to. Never run what talks to it with `AWS_CA_BUNDLE` set: Go's AWS library
/// then trusts nothing else, and fails at once where the file is missing.
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
    ///
    /// After `checkingAfter` requests, which it takes from anybody, it checks signatures, session tokens and policies; it
    /// never does where that is nil.
    public init(checkingAfter: Int? = nil) async throws {
        if let obstacle = Self.obstacle { throw TestFailure(obstacle) }
        let scratch = try ScratchDirectory()
        let setting = checkingAfter.map { "INITIAL_NO_AUTH_ACTION_COUNT=\($0) " } ?? ""
        service = try await Service(
            "\(setting)'\(Self.program)' -H 127.0.0.2 -p 0", log: "\(scratch.path)/log", address: Self.address(in:))
        self.scratch = scratch
    }

    /// Makes a bucket of a name that no other has, and returns its address, `http://host:port/bucket`.
    public func makeBucket() async throws -> String {
        let bucket = "http://\(address)/bucket-\(UInt32.random(in: 0...UInt32.max))"
        try await Command("curl", ["--silent", "--show-error", "--fail", "--request", "PUT", bucket]).succeed()
        return bucket
    }

    /// How many requests ``makeKey(policy:)`` sends, which must be among those from anybody.
    public static let requestsForKey = 3

    /// Makes a user with `policy`, an IAM policy document, and returns its access key.
    public func makeKey(policy: String) async throws -> (id: String, secret: String) {
        let user = "user-\(UInt32.random(in: 0...UInt32.max))"
        _ = try await administer(["Action=CreateUser", "UserName=\(user)"])
        _ = try await administer([
            "Action=PutUserPolicy", "UserName=\(user)", "PolicyName=all", "PolicyDocument=\(policy)",
        ])
        let answer = try await administer(["Action=CreateAccessKey", "UserName=\(user)"])
        func element(_ name: String) throws -> String {
            guard let start = answer.firstRange(of: "<\(name)>")?.upperBound else {
                throw TestFailure("no \(name) in \(answer)")
            }
            return String(answer[start...].prefix { $0 != "<" })
        }
        return (try element("AccessKeyId"), try element("SecretAccessKey"))
    }

    /// Sends a request to IAM, which moto knows by what the header claims the signature is for.
    private func administer(_ parameters: [String]) async throws -> String {
        let scope = "Credential=nobody/20260101/us-east-1/iam/aws4_request"
        let header = "Authorization: AWS4-HMAC-SHA256 \(scope), SignedHeaders=host, Signature=0"
        let arguments = ["--silent", "--show-error", "--fail-with-body", "--header", header]
        let data = (["Version=2010-05-08"] + parameters).flatMap { ["--data-urlencode", $0] }
        return try await Command("curl", arguments + data + ["http://\(address)/"]).succeed().text
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
