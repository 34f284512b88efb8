internal import JSON
internal import POSIX

/// Clusters, as the `kubectl` program shows them.
struct Kubernetes: Sendable {
    let programs: Programs
    /// The resources that are looked at; `nil` for workloads and all custom resources.
    let resources: [String]?

    /// What runs containers, or will.
    static let workloads = [
        "pods", "replicationcontrollers", "deployments.apps", "statefulsets.apps", "daemonsets.apps",
        "replicasets.apps", "jobs.batch", "cronjobs.batch",
    ]

    /// Kubernetes' own groups, besides those without a dot: what is in them names no images, or is a workload.
    private static let ownGroups: Set<String> = [
        "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "authentication.k8s.io",
        "authorization.k8s.io", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io",
        "flowcontrol.apiserver.k8s.io", "internal.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io",
        "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
        "storagemigration.k8s.io", "metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io",
    ]
    /// Custom resources are asked for together, so many at once.
    private static let batch = 16
    /// The most bytes of one list.
    private static let listLimit = 1 << 30

    /// All contexts of kubectl's config.
    func contexts() async throws(CleanupError) -> [String] {
        let output = try await kubectl(["config", "get-contexts", "--output=name"], nil, what: "the contexts")
        let contexts = Self.lines(output)
        guard !contexts.isEmpty else {
            throw CleanupError(
                .badConfiguration, "kubectl has no contexts, so it is not known which images are in use",
                hint: "set KUBECONFIG, or in a cluster ask for \"kubernetes\" alone")
        }
        return contexts
    }

    /// Adds what runs in the cluster of a context.
    func collect(_ context: String?, into mentions: inout Mentions) async throws(CleanupError) {
        var all = resources ?? Self.workloads
        if resources == nil { all += try await customResources(context) }
        let workloads = all.filter { Self.workloads.contains($0) }, others = all.filter { !Self.workloads.contains($0) }
        var count = 0
        for workload in workloads { count += try await collect([workload], context, into: &mentions) }
        for start in stride(from: 0, to: others.count, by: Self.batch) {
            let some = Array(others[start..<min(start + Self.batch, others.count)])
            count += try await collect(some, context, into: &mentions)
        }
        guard count > 0 else {
            throw CleanupError(
                .badConfiguration,
                "\(Self.place(context)) has no objects at all, so it is hardly where the images are in use",
                hint: "name the right context; see what kubectl get pods --all-namespaces shows the job")
        }
    }

    private func customResources(_ context: String?) async throws(CleanupError) -> [String] {
        let output = try await kubectl(
            ["api-resources", "--verbs=list", "--output=name", "--cached=false"], context,
            what: "the list of resources")
        return Self.lines(output).filter { name in
            guard let dot = name.firstIndex(of: ".") else { return false }
            let group = String(name[name.index(after: dot)...])
            return group.contains(".") && !Self.ownGroups.contains(group)
        }
    }

    /// Adds what some resources say, and tells how many objects they have.
    private func collect(
        _ resources: [String], _ context: String?, into mentions: inout Mentions
    ) async throws(CleanupError) -> Int {
        let names = resources.joined(separator: ",")
        let output = try await kubectl(
            ["get", names, "--all-namespaces", "--output=json", "--chunk-size=500"], context, what: names)
        let list = ClusterList(place: Self.place(context))
        guard let objects = list.objects(output) else {
            throw CleanupError(
                .badData, "kubectl's list of \(names) in \(Self.place(context)) cannot be read",
                hint: "see what kubectl get \(names) --all-namespaces --output=json writes")
        }
        for object in objects { list.note(object, into: &mentions) }
        return objects.count
    }

    private static func place(_ context: String?) -> String {
        context.map { "kubernetes context \(Shown.unquoted(Array($0.utf8)))" } ?? "kubernetes"
    }

    private static func lines(_ output: [UInt8]) -> [String] {
        output.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }.filter { !$0.isEmpty }
    }

    /// What kubectl writes.
    private func kubectl(
        _ arguments: [String], _ context: String?, what: String
    ) async throws(CleanupError) -> [UInt8] {
        // Any such option would have kubectl forget the service account of the pod that it runs in
        // (https://github.com/kubernetes/kubernetes/issues/93474), so there is none unless a context is named.
        var question = Programs.Question(
            "kubectl", arguments + (context.map { ["--request-timeout=60s", "--context=\($0)"] } ?? []))
        question.environment = [("LC_ALL", "C")]
        question.outputLimit = Self.listLimit
        question.seconds = 600
        let place = Self.place(context)
        let answer = try await programs.answer(question) { Self.error($0, place, what) }
        guard answer.code == 0 else { throw Self.failure(answer, place, what) }
        return answer.output
    }

    private static func error(_ error: SystemError, _ place: String, _ what: String) -> CleanupError {
        switch error.code {
        case .notFound:
            CleanupError(
                .badConfiguration, "the policy asks Kubernetes for the images in use, and there is no program kubectl",
                hint: "install kubectl in the job's image")
        case .timedOut:
            CleanupError(
                .unreachable, "kubectl takes too long for \(what) in \(place)",
                hint: "without it, it is not known which images are in use")
        default: CleanupError(.badConfiguration, "kubectl cannot be asked for \(what) in \(place): \(error)")
        }
    }

    private static func failure(_ answer: HelperProgram.Answer, _ place: String, _ what: String) -> CleanupError {
        let all = String(decoding: answer.errors, as: UTF8.self)
        let text = "kubectl cannot get \(what) in \(place): \(Shown.complaint(answer.errors))"
        if all.contains("Forbidden") || all.contains("forbidden") {
            return CleanupError(
                .denied, text,
                hint: "it needs a ClusterRole with the verb list for \(what), or fewer resources named to it")
        }
        if all.contains("Unauthorized") || all.contains("must be logged in") || all.contains("provide credentials") {
            return CleanupError(.denied, text, hint: "the kubeconfig's credentials are not valid, or not any more")
        }
        let settings = ["context was not found", "does not exist", "no context exists", "doesn't have a resource type"]
        if settings.contains(where: { all.contains($0) }) {
            return CleanupError(
                .badConfiguration, text,
                hint: "kubectl config get-contexts, and kubectl api-resources, say what there is")
        }
        return CleanupError(
            .unreachable, text, hint: "as long as a cluster does not answer, it is not known which images are in use")
    }
}

/// A list that kubectl wrote.
struct ClusterList {
    /// The cluster.
    let place: String

    /// The objects; `nil` where the text is no list, or not all of one.
    func objects(_ text: [UInt8]) -> [JSONNode]? {
        guard let root = try? JSONNode(parsing: text), let items = root.member("items"), items.isArray,
            (root.member("metadata")?.member("continue")?.string ?? "").isEmpty
        else { return nil }
        var objects: [JSONNode] = []
        items.forEachElement { objects.append($0) }
        return objects
    }

    /// Notes the images of one object.
    func note(_ object: JSONNode, into mentions: inout Mentions) {
        let kind = object.member("kind")?.string ?? "object", metadata = object.member("metadata")
        var place = "\(self.place): \(kind.lowercased()) \(metadata?.member("name")?.string ?? "")"
        if let namespace = metadata?.member("namespace")?.string { place += " in \(namespace)" }
        guard let podSpec = Self.podSpec(of: object, kind) else {
            // Nobody knows where a custom resource has its images.
            var strings: [String] = []
            Self.addStrings(of: object, to: &strings)
            mentions.scan(strings: strings, place: place)
            return
        }
        for image in Self.images(of: podSpec, status: object.member("status")) {
            mentions.note(image: image, place: place)
        }
    }

    /// Where an object of Kubernetes' own has its containers.
    private static func podSpec(of object: JSONNode, _ kind: String) -> JSONNode? {
        let group = object.member("apiVersion")?.string ?? ""
        guard let spec = object.member("spec"), ["v1", "apps/v1", "batch/v1", "batch/v1beta1"].contains(group) else {
            return nil
        }
        switch kind {
        case "Pod": return spec
        case "CronJob": return spec.member("jobTemplate")?.member("spec")?.member("template")?.member("spec")
        case "ReplicationController", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job":
            return spec.member("template")?.member("spec")
        default: return nil
        }
    }

    private static func images(of spec: JSONNode, status: JSONNode?) -> [String] {
        var images: [String] = []
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            spec.member(list)?.forEachElement { container in
                if let image = container.member("image")?.string { images.append(image) }
            }
        }
        spec.member("volumes")?.forEachElement { volume in
            if let image = volume.member("image")?.member("reference")?.string { images.append(image) }
        }
        for list in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
            status?.member(list)?.forEachElement { container in
                for name in ["image", "imageID"] {
                    if let image = container.member(name)?.string { images.append(image) }
                }
            }
        }
        return images
    }

    private static func addStrings(of node: JSONNode, to strings: inout [String]) {
        // A chart's values have tags that look like numbers, and images that are members' names.
        if let string = node.string ?? node.numeral { strings.append(string) }
        node.forEachElement { addStrings(of: $0, to: &strings) }
        node.forEachMember { name, value in
            strings.append(name)
            addStrings(of: value, to: &strings)
        }
    }
}
