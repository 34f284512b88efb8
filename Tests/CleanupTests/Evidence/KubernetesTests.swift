@testable internal import Cleanup
internal import JSON
internal import POSIX
internal import Registry
internal import TestSupport
internal import Testing

/// What a Kubernetes cluster holds, as the real kubectl tells it of an API server of the tests' own.
@Suite(
    "Images in Kubernetes", .timeLimit(.minutes(2)),
    .enabled(if: Files.exists("/usr/bin/kubectl"), "there is no kubectl here: what it says of clusters is not tried"))
struct KubernetesTests {
    /// A cluster, a kubeconfig for it, and the programs that find it.
    struct Cluster: ~Copyable, Sendable {
        let scratch: ScratchDirectory
        let server: KubernetesServer

        init(_ resources: [KubernetesServer.Resource], contexts: [String] = ["prod"]) async throws {
            let scratch = try ScratchDirectory()
            let server = try await KubernetesServer(in: scratch.path, resources)
            _ = try scratch.file("kubeconfig", server.kubeconfig(contexts: contexts))
            self.scratch = scratch
            self.server = server
        }

        var programs: Programs {
            let path = scratch.path
            return Programs { (question) async throws(SystemError) in
                var question = question
                question.environment += [("KUBECONFIG", "\(path)/kubeconfig"), ("HOME", path)]
                return try await Programs.system.ask(question)
            }
        }

        func usage(
            _ source: UsageSource = .kubernetes(context: nil), resources: [String]? = nil
        ) async throws -> Usage {
            let repository = try Repository("r.example/app")
            let collector = UsageCollector(of: [repository], resources: resources, programs: programs)
            return try await collector.collect([source]).usage(of: repository, by: [source])
        }
    }

    static let empty: [KubernetesServer.Resource] = [
        .init("pods", "Pod"), .init("replicationcontrollers", "ReplicationController"),
        .init("deployments.apps", "Deployment"), .init("statefulsets.apps", "StatefulSet"),
        .init("daemonsets.apps", "DaemonSet"), .init("replicasets.apps", "ReplicaSet"), .init("jobs.batch", "Job"),
        .init("cronjobs.batch", "CronJob"),
    ]

    /// The usual resources, with some in the place of those that have their names, and others besides.
    static func resources(_ some: KubernetesServer.Resource...) -> [KubernetesServer.Resource] {
        let names = Set(some.map(\.name))
        return empty.filter { !names.contains($0.name) } + some
    }

    static func metadata(_ name: String) -> JSONValue { ["name": .string(name), "namespace": "shop"] }

    static func podSpec(_ image: String) -> JSONValue { ["containers": [["name": "c", "image": .string(image)]]] }

    @Test("Everything that runs containers is looked at, wherever it has them")
    func workloads() async throws {
        var resources: [KubernetesServer.Resource] = []
        for (place, resource) in Self.empty.enumerated() {
            let spec = Self.podSpec("r.example/app:\(place)")
            let whole: JSONValue =
                switch resource.kind {
                case "Pod": spec
                case "CronJob": ["jobTemplate": ["spec": ["template": ["spec": spec]]]]
                default: ["template": ["spec": spec]]
                }
            resources.append(.init(resource.name, resource.kind, [["metadata": Self.metadata("x"), "spec": whole]]))
        }
        let cluster = try await Cluster(resources)
        let usage = try await cluster.usage()
        #expect(usage.tags.keys.sorted() == (0..<8).map { String($0) })
        #expect(usage.tags["2"] == "kubernetes: deployment x in shop")
        #expect(try cluster.server.requests().allSatisfy { $0.hasPrefix("GET ") })
    }

    @Test("Containers of every kind count by tag, and by the digest that runs")
    func pods() async throws {
        let digest = "sha256:" + String(repeating: "ab", count: 32)
        let spec: JSONValue = [
            "containers": [["image": "r.example/app:main"], ["image": "other.example/app:no"]],
            "initContainers": [["image": "r.example/app:init"]],
            "ephemeralContainers": [["image": "r.example/app:debug"]],
            "volumes": [["name": "v", "image": ["reference": "r.example/app:data"]]],
        ]
        let status: JSONValue = [
            "containerStatuses": [
                ["image": "r.example/app:running", "imageID": .string("docker-pullable://r.example/app@\(digest)")]
            ]
        ]
        let pod: JSONValue = ["metadata": Self.metadata("web"), "spec": spec, "status": status]
        let usage = try await Cluster(Self.resources(.init("pods", "Pod", [pod]))).usage()
        #expect(usage.tags.keys.sorted() == ["data", "debug", "init", "main", "running"])
        #expect(usage.digests.keys.map(\.text) == [digest])
    }

    @Test("Custom resources are searched for images, wherever these stand in them")
    func customResources() async throws {
        let usage = try await Cluster(
            Self.resources(
                .init(
                    "widgets.example.com", "Widget",
                    [
                        ["metadata": Self.metadata("w"), "spec": ["deep": [["runs": "r.example/app:1"]]]],
                        [
                            "metadata": Self.metadata("chart"),
                            "spec": ["values": ["image": ["repository": "r.example/app", "tag": "v7"]]],
                        ],
                    ]),
                .init(
                    "sparkapplications.sparkoperator.k8s.io", "SparkApplication",
                    [
                        ["metadata": Self.metadata("s"), "spec": ["image": "r.example/app:2"]]
                    ]),
                .init(
                    "ingresses.networking.k8s.io", "Ingress",
                    [
                        ["metadata": Self.metadata("i"), "spec": ["image": "r.example/app:no"]]
                    ]))
        ).usage()
        #expect(Set(usage.tags.keys).isSuperset(of: ["1", "2", "v7"]))
        #expect(usage.tags["no"] == nil)
        #expect(usage.tags["1"] == "kubernetes: widget w in shop")
    }

    @Test("Lists of many pages are read to their ends")
    func pages() async throws {
        let pods = (0..<1203).map { number -> JSONValue in
            ["metadata": Self.metadata("p\(number)"), "spec": Self.podSpec("r.example/app:\(number)")]
        }
        let cluster = try await Cluster(Self.resources(.init("pods", "Pod", pods)))
        #expect(try await cluster.usage().tags.count == 1203)
        #expect(try cluster.server.requests().count { $0 == "GET /api/v1/pods" } == 3)
    }

    @Test("A cluster without any object at all stops the cleanup, with what to look at")
    func nothing() async throws {
        let cluster = try await Cluster(Self.empty)
        let error = await #expect(throws: CleanupError.self) { try await cluster.usage() }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.hint?.contains("kubectl get pods --all-namespaces") == true)
        let some = try await Cluster(Self.resources(.init("pods", "Pod", [["metadata": Self.metadata("p")]])))
        #expect(try await some.usage().tags.isEmpty)
    }

    @Test("A context is named, and all of them are looked at where that is asked for")
    func contexts() async throws {
        let pod: JSONValue = ["metadata": Self.metadata("p"), "spec": Self.podSpec("r.example/app:1")]
        let cluster = try await Cluster(
            Self.resources(.init("pods", "Pod", [pod])), contexts: ["first", "second"])
        #expect(
            try await cluster.usage(.kubernetes(context: "second")).tags["1"]
                == "kubernetes context second: pod p in shop")
        #expect(
            try await cluster.usage(.kubernetes(context: "*")).tags["1"] == "kubernetes context first: pod p in shop")
        #expect(try cluster.server.requests().count { $0 == "GET /api/v1/pods" } == 3)
        let error = await #expect(throws: CleanupError.self) { try await cluster.usage(.kubernetes(context: "third")) }
        #expect(error?.kind == .badConfiguration)
    }

    @Test("Where only some resources may be listed, these are enough if they are named")
    func someResources() async throws {
        let pod: JSONValue = ["metadata": Self.metadata("p"), "spec": Self.podSpec("r.example/app:1")]
        var secret = KubernetesServer.Resource("widgets.example.com", "Widget")
        secret.isForbidden = true
        let cluster = try await Cluster(Self.resources(.init("pods", "Pod", [pod]), secret))
        let error = await #expect(throws: CleanupError.self) { try await cluster.usage() }
        #expect(error?.kind == .denied)
        #expect(error?.hint?.contains("list for widgets.example.com") == true)
        #expect(try await cluster.usage(resources: ["pods"]).tags.keys.sorted() == ["1"])
    }

    @Test(
        "A resource that may not be listed stops the cleanup, with the right that is missing",
        arguments: Self.empty.map(\.name))
    func forbidden(name: String) async throws {
        let resources = Self.empty.map { resource in
            var resource = resource
            resource.isForbidden = resource.name == name
            return resource
        }
        let cluster = try await Cluster(resources)
        let error = await #expect(throws: CleanupError.self) { try await cluster.usage() }
        #expect(error?.kind == .denied)
        #expect(error?.hint?.contains("verb list for \(name)") == true)
    }

    @Test("A cluster that refuses the credentials stops the cleanup")
    func unauthorized() async throws {
        let cluster = try await Cluster(Self.empty)
        try cluster.server.use(Self.empty, isUnauthorized: true)
        let error = await #expect(throws: CleanupError.self) { try await cluster.usage() }
        #expect(error?.kind == .denied)
    }

    @Test("A group of resources that does not answer stops the cleanup")
    func brokenGroup() async throws {
        let resources = Self.resources(.init("widgets.example.com", "Widget"))
        let cluster = try await Cluster(resources)
        try cluster.server.use(resources, brokenGroups: ["example.com"])
        await #expect(throws: CleanupError.self) { try await cluster.usage() }
    }

    @Test("A cluster without one of the workloads' resources stops the cleanup")
    func missingResource() async throws {
        let cluster = try await Cluster(Self.empty.filter { $0.name != "cronjobs.batch" })
        let error = await #expect(throws: CleanupError.self) { try await cluster.usage() }
        #expect(error?.kind == .badConfiguration)
    }

    @Test("A cluster that cannot be reached stops the cleanup")
    func unreachable() async throws {
        let cluster = try await Cluster(Self.empty)
        let config = cluster.server.kubeconfig(contexts: ["prod"])
        try Files.write(
            String(decoding: config.utf8, as: UTF8.self).split(separator: cluster.server.address)
                .joined(separator: "127.0.0.1:1"), to: "\(cluster.scratch.path)/kubeconfig")
        let error = await #expect(throws: CleanupError.self) { try await cluster.usage() }
        #expect(error?.kind == .unreachable)
    }
}

@Suite("Sources of images in use")
struct UsageCollectorTests {
    private static let repositories = (try? Repository("r.example/app")).map { [$0] } ?? []

    private func kinds(_ programs: Programs, _ source: UsageSource = .kubernetes(context: nil)) async -> CleanupError? {
        await #expect(throws: CleanupError.self) {
            try await UsageCollector(of: Self.repositories, programs: programs).collect([source])
        }
    }

    @Test("A machine without kubectl is told to install it")
    func noKubectl() async {
        let programs = Programs { (_) async throws(SystemError) in throw SystemError(.notFound, "run", "kubectl") }
        let error = await kinds(programs)
        #expect(error?.kind == .badConfiguration)
        #expect(error?.hint?.contains("install kubectl") == true)
    }

    @Test("A cluster that does not answer in time stops the cleanup")
    func timeout() async {
        let programs = Programs { (_) async throws(SystemError) in throw SystemError(.timedOut, "run", "kubectl") }
        #expect(await kinds(programs)?.kind == .unreachable)
    }

    static let numbers = [("84321", "84321"), ("1.10", "1.10"), ("20261126", "20261126"), ("{\"v7\":{}}", "v7")]

    @Test("Numbers and members' names of a custom resource count as they are written", arguments: numbers)
    func numerals(value: String, tag: String) throws {
        let list = ClusterList(place: "kubernetes")
        let text = #"{"items":[{"kind":"HelmRelease","spec":{"values":{"image":{"repository":"r.example/app","tag":"#
        let objects = try #require(list.objects(Array("\(text)\(value)}}}}]}".utf8)))
        var mentions = Mentions(of: Self.repositories)
        for object in objects { list.note(object, into: &mentions) }
        #expect(mentions.usage(of: Self.repositories[0]).tags[tag] != nil)
    }

    @Test("An empty list of resources is refused, and does not hold nothing")
    func noResources() async {
        let collector = UsageCollector(of: Self.repositories, resources: []) { (_, _) throws(SystemError) in [] }
        let error = await #expect(throws: CleanupError.self) {
            try await collector.collect([.kubernetes(context: nil)])
        }
        #expect(error?.kind == .usage)
    }

    @Test("A source without a single word is one whose program failed", arguments: ["", "\n", "[]\n", "{ }"])
    func noWord(text: String) async {
        let collector = UsageCollector(of: Self.repositories) { (_, _) throws(SystemError) in Array(text.utf8) }
        for source in [UsageSource.standardInput, .file("deployed.txt")] {
            let error = await #expect(throws: CleanupError.self) { try await collector.collect([source]) }
            #expect(error?.kind == .badData)
            #expect(error?.hint?.contains("set -o pipefail") == true)
        }
    }

    @Test("A cleanup that has been interrupted asks no program any more")
    func interrupted() async {
        let asked = Locked(0)
        let programs = Programs { (_) async throws(SystemError) in
            asked.withLock { $0 += 1 }
            throw SystemError(.notFound, "run", "kubectl")
        }
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            await #expect(throws: CleanupError(.stopped, "interrupted")) {
                try await UsageCollector(of: Self.repositories, programs: programs).collect([.kubernetes(context: nil)])
            }
        }
        task.cancel()
        await task.value
        #expect(asked.withLock { $0 } == 0)
    }

    static let answers = [
        "", "no JSON", "{}", #"{"items":{}}"#, #"{"items":[],"metadata":{"continue":"x"}}"#, #"{"items":["#,
    ]

    @Test("A list that cannot be read, or is not all, stops the cleanup", arguments: answers)
    func unreadable(answer: String) async {
        let programs = Programs { (_) async throws(SystemError) in .init(code: 0, output: Array(answer.utf8)) }
        let collector = UsageCollector(of: Self.repositories, resources: ["pods"], programs: programs)
        let error = await #expect(throws: CleanupError.self) {
            try await collector.collect([.kubernetes(context: nil)])
        }
        #expect(error?.kind == .badData)
    }

    @Test("A config without contexts stops a cleanup that asks for all")
    func noContexts() async {
        let programs = Programs { (_) async throws(SystemError) in .init(code: 0, output: []) }
        #expect(await kinds(programs, .kubernetes(context: "*"))?.kind == .badConfiguration)
    }

    @Test("Files and standard input are read, each once")
    func files() async throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.file("deployed.txt", "a\nr.example/app:1\n")
        let reads = Locked(0)
        let collector = UsageCollector(of: Self.repositories) { (file, limit) throws(SystemError) in
            reads.withLock { $0 += 1 }
            return try file.map { (path) throws(SystemError) in try UsageCollector.system(path, limit) }
                ?? Array("r.example/app:2".utf8)
        }
        let sources: [UsageSource] = [.file(path), .standardInput, .file(path)]
        let found = try await collector.collect(sources)
        #expect(
            found.usage(of: Self.repositories[0], by: sources).tags == [
                "1": "\(path) line 2", "2": "standard input line 1",
            ])
        #expect(found.usage(of: Self.repositories[0], by: [.standardInput]).tags.keys.sorted() == ["2"])
        #expect(reads.withLock { $0 } == 2)
    }

    @Test("A file that cannot be read stops the cleanup", arguments: ["nothing", "directory", "binary"])
    func unreadableFile(name: String) async throws {
        let scratch = try ScratchDirectory()
        _ = try scratch.directory("directory")
        _ = try scratch.file("binary", "r.example/app:1\0")
        let path = "\(scratch.path)/\(name)"
        let error = await #expect(throws: CleanupError.self) {
            try await UsageCollector(of: Self.repositories).collect([.file(path)])
        }
        #expect(error?.text.contains(path) == true)
    }
}
