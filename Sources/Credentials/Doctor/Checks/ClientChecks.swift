internal import CIEnv

/// The files that other clients read before docker's.
enum ClientChecks {
    private static let files = [
        (variable: "REGISTRY_AUTH_FILE", path: "containers/auth.json", clients: "podman, skopeo and buildah"),
        (variable: "HELM_REGISTRY_CONFIG", path: "helm/registry.json", clients: "helm"),
    ]

    /// Whether their variables lead to the job's files.
    static func leadToTheJob(_ scene: Scene) -> [Finding] {
        guard let job = scene.jobPath else {
            return files.compactMap { file in
                scene.environment[file.variable].map {
                    Finding(
                        .clients, .ok,
                        "\(file.clients) read\(file.clients == "helm" ? "s" : "") \($0), by \(file.variable)")
                }
            }
        }
        return files.filter { !scene.withoutPath.contains($0.variable) }.compactMap { file in
            let expected = "\(job)/\(file.path)"
            let hint = "export \(file.variable)=\"$BERTH_JOB/\(file.path)\""
            guard let path = scene.environment[file.variable] else {
                return Finding(
                    .clients, .warn,
                    "\(file.variable) is not set: \(file.clients) may find other logins than the job's",
                    hint: hint)
            }
            guard scene.files.leadToTheSame(path, expected) else {
                return Finding(
                    .clients, .warn, "\(file.variable) leads \(file.clients) to \(path), and not to the job's file",
                    hint: hint)
            }
            // That it cannot be read, or is none, is told of each file.
            guard scene.configs.contains(where: { $0.variable == file.variable && $0.file != nil }) else { return nil }
            return Finding(.clients, .ok, "\(file.clients): the job's logins, by \(file.variable)")
        }
    }

    /// Files of all jobs that podman up to 4.3 reads first for one of its commands.
    static func sharedContainerFiles(_ scene: Scene) -> [Finding] {
        let shared = ClientConfig.sharedContainerFiles(
            scene.environment, home: scene.inputs.home, user: scene.inputs.host.user)
        guard let path = shared.first(where: { scene.files.facts($0) != nil }) else { return [] }
        guard let job = scene.jobPath else {
            guard scene.environment["REGISTRY_AUTH_FILE"] == nil else { return [] }
            return [
                Finding(
                    .clients, .warn, "podman, skopeo and buildah read \(path) before docker's config",
                    hint: "berth ci-env leads all of them to one config, the job's")
            ]
        }
        let variable = "CONTAINERS_REGISTRIES_CONF"
        let isOverridden = scene.environment[variable]?.hasPrefix("\(job)/") ?? false
        guard !isOverridden else { return [] }
        return [
            Finding(
                .clients, .warn, "podman up to 4.3 reads \(path) for podman manifest inspect, whatever else is set",
                hint: "remove it, or evaluate berth ci-env again, which sets \(variable)")
        ]
    }
}
