public import JSON

/// As much of a Kubernetes API server as kubectl's lists need.
public final class KubernetesServer: Sendable {
    /// A kind of objects, and those that there are.
    public struct Resource: Sendable {
        /// The name with its group: `deployments.apps`.
        public var name: String
        /// The version, v1 mostly.
        public var version = "v1"
        /// The kind of each object.
        public var kind: String
        /// The objects, without kind and version.
        public var objects: [JSONValue]
        /// Whether listing it is refused.
        public var isForbidden = false

        /// Objects of a kind.
        public init(_ name: String, _ kind: String, _ objects: [JSONValue] = []) {
            self.name = name
            self.kind = kind
            self.objects = objects
        }
    }

    /// Where it answers, `host:port`.
    public var address: String { service.address }

    private let service: Service
    private let files: ServerFiles

    /// Starts a server that keeps its files in `directory`.
    public init(in directory: String, _ resources: [Resource] = []) async throws {
        files = try ServerFiles(in: directory)
        try files.use(Self.settings(resources))
        service = try await Service(
            script: "kubernetes_api.py", [files.settings, files.requests], log: files.log)
    }

    /// Has these resources from now on.
    public func use(
        _ resources: [Resource], brokenGroups: [String] = [], isUnauthorized: Bool = false
    ) throws {
        var settings = Self.settings(resources)
        settings["brokenGroups"] = .array(brokenGroups.map { .string($0) })
        settings["unauthorized"] = .bool(isUnauthorized)
        try files.use(settings)
    }

    /// The paths and methods of the requests in their order.
    public func requests() throws -> [String] {
        try files.all().map { "\($0["method"]?.string ?? "") \($0["path"]?.string ?? "")" }
    }

    /// A kubeconfig with contexts for this server, the first of which is current.
    public func kubeconfig(contexts: [String]) -> String {
        let lines = contexts.map { "- {name: \"\($0)\", context: {cluster: c, user: u}}" }
        return """
            apiVersion: v1
            kind: Config
            current-context: "\(contexts.first ?? "")"
            clusters: [{name: c, cluster: {server: "http://\(address)"}}]
            users: [{name: u, user: {}}]
            contexts:
            \(lines.joined(separator: "\n"))

            """
    }

    private static func settings(_ resources: [Resource]) -> JSONObject {
        var settings = JSONObject()
        settings["resources"] = .array(
            resources.map { resource in
                let dot = resource.name.firstIndex(of: ".")
                var object = JSONObject()
                object["name"] = .string(String(resource.name[..<(dot ?? resource.name.endIndex)]))
                object["group"] = .string(dot.map { String(resource.name[resource.name.index(after: $0)...]) } ?? "")
                object["version"] = .string(resource.version)
                object["kind"] = .string(resource.kind)
                object["objects"] = .array(resource.objects)
                object["forbidden"] = .bool(resource.isForbidden)
                return .object(object)
            })
        return settings
    }
}
