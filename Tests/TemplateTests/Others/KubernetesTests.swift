internal import JSON
internal import TestSupport
internal import Testing

/// The manifests that clean up from inside a cluster: their containers' words are run, with the user that they name.
@Suite("Kubernetes manifests", .timeLimit(.minutes(5)))
struct KubernetesTests {
    static let names = ["cronjob.yaml", "cronjob-in-use.yaml", "indexed-job.yaml"]

    @Test("Pods have no right that they do not need", arguments: names)
    func leastRights(name: String) async throws {
        let manifest = try await Manifest(name)
        let pod = try #require(manifest.pod)
        #expect(
            pod["securityContext"] == [
                "runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
                "seccompProfile": ["type": "RuntimeDefault"],
            ])
        #expect(pod["enableServiceLinks"] == false)
        #expect(
            manifest.container?["securityContext"] == [
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
            ])
        #expect(manifest.container?["resources"]?["limits"]?["memory"] != nil)
        #expect(manifest.container?["image"]?.string?.contains("@sha256:") == true)
        // Only who asks the cluster what runs has a token.
        let asks = manifest.arguments.contains("--in-use=kubernetes")
        #expect(pod["automountServiceAccountToken"] == .bool(asks))
        for mount in manifest.container?["volumeMounts"]?.array ?? [] where mount["name"] != "tmp" {
            #expect(mount["readOnly"] == true)
        }
    }

    @Test("Nothing deletes until somebody says so", arguments: names)
    func dryRun(name: String) async throws {
        #expect(!(try await Manifest(name).arguments.contains { $0.hasPrefix("--apply") }))
    }

    @Test("A lost pod is none of the tries, and what may go better next time is tried again", arguments: names)
    func retries(name: String) async throws {
        let document = try #require(try await Manifest(name).documents.last)
        let job = document["spec"]?["jobTemplate"]?["spec"] ?? document["spec"]
        let rules = try #require(job?["podFailurePolicy"]?["rules"]?.array)
        // The first that applies counts.
        #expect(rules.first?["action"] == "Ignore")
        #expect(rules.first?["onPodConditions"] == [["type": "DisruptionTarget", "status": "True"]])
        #expect(rules.last?["onExitCodes"]?["operator"] == "NotIn")
        #expect(rules.last?["onExitCodes"]?["values"] == [2, 69, 75])
    }

    @Test("The account may list the kinds that berth is told to look at, and nothing else")
    func clusterRole() async throws {
        let manifest = try await Manifest("cronjob-in-use.yaml")
        let role = try #require(manifest.documents.first { $0["kind"] == "ClusterRole" })
        var allowed: [String] = []
        for rule in role["rules"]?.array ?? [] {
            #expect(rule["verbs"] == ["list"])
            let group = try #require(rule["apiGroups"]?.array?.first?.string)
            #expect(rule["apiGroups"]?.array?.count == 1)
            allowed += (rule["resources"]?.array ?? []).compactMap(\.string).map {
                group.isEmpty ? $0 : "\($0).\(group)"
            }
        }
        let option = "--kubernetes-resources="
        let asked = try #require(manifest.arguments.first { $0.hasPrefix(option) }?.dropFirst(option.count))
        #expect(allowed == asked.split(separator: ",").map(String.init))
    }

    @Test("The job every night shows what would go, and with --apply deletes that")
    func cronJob() async throws {
        let place = try await Place("cronjob.yaml")
        let shown = try await place.run()
        #expect(shown.status == 0 && shown.text.contains("mr-1"), "\(shown.errorText)")
        #expect(try await place.tags() == ["latest", "mr-1", "mr-2", "mr-3", "v1", "v2"])
        let done = try await place.run(applying: true)
        #expect(done.status == 0, "\(done.errorText)")
        #expect(try await place.tags() == ["latest", "v1", "v2"])
    }

    @Test("What runs in the cluster stays, by an account that may list workloads only")
    func inUse() async throws {
        let place = try await Place("cronjob-in-use.yaml")
        let image: JSONValue = .string("\(place.registry.address)/group/app:mr-2")
        let deployment: JSONValue = [
            "metadata": ["name": "shop", "namespace": "shop"],
            "spec": ["template": ["spec": ["containers": [["name": "shop", "image": image]]]]],
        ]
        let kinds = [
            ("pods", "Pod"), ("replicationcontrollers", "ReplicationController"), ("statefulsets.apps", "StatefulSet"),
            ("daemonsets.apps", "DaemonSet"), ("replicasets.apps", "ReplicaSet"), ("jobs.batch", "Job"),
            ("cronjobs.batch", "CronJob"),
        ]
        var resources = kinds.map { KubernetesServer.Resource($0.0, $0.1) }
        resources.append(.init("deployments.apps", "Deployment", [deployment]))
        for (name, kind) in [("secrets", "Secret"), ("configmaps", "ConfigMap"), ("widgets.example.com", "Widget")] {
            var resource = KubernetesServer.Resource(name, kind)
            resource.isForbidden = true
            resources.append(resource)
        }
        let cluster = try await KubernetesServer(in: place.scratch.path, resources)
        let front = try await TLSFront(of: cluster.address)
        let account = try place.scratch.directory("account", mode: 0o755)
        try Files.write(Files.text(front.authority), to: "\(account)/ca.crt", mode: 0o644)
        try Files.write("token-of-the-pod", to: "\(account)/token", mode: 0o644)
        try Files.write("default", to: "\(account)/namespace", mode: 0o644)
        let done = try await place.run(
            applying: true,
            variables: ["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(front.port)"],
            account: account)
        #expect(done.status == 0, "\(done.errorText)")
        #expect(try await place.tags() == ["latest", "mr-2", "v1", "v2"])
        #expect(try cluster.requests().allSatisfy { $0.hasPrefix("GET ") })
    }

    @Test("The pods of the indexed job each do a part, and together all")
    func indexedJob() async throws {
        let place = try await Place("indexed-job.yaml")
        let spec = try #require(place.manifest.documents.first?["spec"])
        #expect(spec["completionMode"] == "Indexed" && spec["parallelism"] == spec["completions"])
        let count = try #require(spec["completions"]?.integer)
        #expect(place.manifest.variables["BERTH_SHARD_TOTAL"] == "\(count)")
        for index in 0..<count {
            let done = try await place.run(applying: true, variables: ["JOB_COMPLETION_INDEX": "\(index)"])
            #expect(done.status == 0, "\(done.errorText)")
        }
        #expect(try await place.tags() == ["latest", "v1", "v2"])
        // No pod does what is another's.
        let deleted = try await place.registry.exchanges().filter { $0.method == "DELETE" && $0.status == 202 }
        #expect(deleted.count == 3 && Set(deleted.map(\.uri)).count == 3)
    }
}

/// The documents of a manifest.
private struct Manifest {
    let documents: [JSONValue]

    /// Those of a template.
    init(_ name: String) async throws {
        try await self.init(path: "\(TemplateFiles.root)/kubernetes/\(name)")
    }

    init(path: String) async throws {
        let text = try await Command("\(Tools.python)/python", ["-B", "\(Tools.engines)/parts.py", "json", path])
            .succeed()
        documents = try JSONValue(parsing: text.output).array ?? []
    }

    /// The pod of the last document.
    var pod: JSONValue? {
        let spec = documents.last?["spec"]
        return (spec?["jobTemplate"]?["spec"] ?? spec)?["template"]?["spec"]
    }

    /// The pod's one container.
    var container: JSONValue? { pod?["containers"]?.array?.first }

    /// Its arguments.
    var arguments: [String] { container?["args"]?.array?.compactMap(\.string) ?? [] }

    /// Its variables.
    var variables: [String: String] {
        var variables: [String: String] = [:]
        for variable in container?["env"]?.array ?? [] {
            variables[variable["name"]?.string ?? ""] = variable["value"]?.string
        }
        return variables
    }
}

/// A registry with the repository of the manifests' policy, and what a pod of them has mounted.
private final class Place {
    let scratch: ScratchDirectory
    let registry: LoopbackRegistry
    let manifest: Manifest
    private let applying: Manifest

    init(_ name: String) async throws {
        let scratch = try ScratchDirectory(mode: 0o755)
        let registry = try await LoopbackRegistry(users: ["cleaner"])
        let tags = [["mr-1"], ["mr-2"], ["mr-3"], ["v1", "latest"], ["v2"]]
        try await registry.store(
            tags.enumerated().map { place, tags in
                .image(created: "2024-01-02T03:04:05Z", labels: ["number": "\(place)"], tags: tags)
            }, as: "group/app")

        let docker = try scratch.directory("docker", mode: 0o755)
        try Files.write(
            dockerConfig([(registry.address, "cleaner", LoopbackRegistry.password(of: "cleaner"))]),
            to: "\(docker)/config.json", mode: 0o644)
        let policy = try scratch.directory("policy", mode: 0o755)
        let text = { (name: String) in
            try Files.text("\(TemplateFiles.root)/kubernetes/\(name)")
                .replacing("/etc/berth/docker", with: docker).replacing("/etc/berth/policy", with: policy)
                .replacing("registry.example.com/group", with: "\(registry.address)/group")
        }
        manifest = try await Manifest(path: try scratch.file("manifest.yaml", text(name)))
        // As the comment says to.
        let applied = try text(name).replacing("# - --apply", with: "- --apply")
        applying = try await Manifest(path: try scratch.file("applying.yaml", applied))
        let configuration = try await Manifest(path: try scratch.file("cronjob.yaml", text("cronjob.yaml")))
        let data = configuration.documents.compactMap { $0["data"]?["berth.yml"]?.string }
        try Files.write(data.joined(), to: "\(policy)/berth.yml", mode: 0o644)
        self.scratch = scratch
        self.registry = registry
    }

    /// Runs what the pod's container would; `account` is the directory of its service account, where it has one.
    func run(
        applying: Bool = false, variables: [String: String] = [:], account: String? = nil
    ) async throws -> Outcome {
        let manifest = applying ? self.applying : self.manifest
        // What runs containers sets HOME by the image's user database.
        var environment = Command.bare.merging(["HOME": "/"]) { $1 }
        environment.merge(manifest.variables) { $1 }
        environment.merge(variables) { $1 }
        guard let account else {
            var command = Command(Berth.path, manifest.arguments, environment: environment)
            command.user = Berth.isRoot ? 65532 : nil
            return try await command.run()
        }
        // Where kubectl looks for it, in a place that only this process sees.
        let script = """
            set -e
            mount -t tmpfs none /run
            mkdir -p /run/secrets/kubernetes.io/serviceaccount
            cp "$0"/* /run/secrets/kubernetes.io/serviceaccount
            exec "$@"
            """
        let user = Berth.isRoot ? ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups"] : []
        let words = ["-c", script, account] + user + [Berth.path] + manifest.arguments
        return try await Command(
            "unshare", [Berth.isRoot ? "-m" : "-Urm", "sh"] + words, environment: environment
        ).run()
    }

    /// The repository's tags.
    func tags() async throws -> [String] {
        try await Command(
            Berth.path, ["tags", "\(registry.address)/group/app", "--docker-config", "\(scratch.path)/docker"]
        ).succeed().lines.filter { !$0.hasPrefix("sha256-") }.sorted()
    }
}

extension JSONValue {
    fileprivate subscript(name: String) -> JSONValue? { object?[name] }
}
