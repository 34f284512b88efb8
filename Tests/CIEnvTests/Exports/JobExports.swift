internal import CIEnv

/// What the shell of a job with `environment` sets, for a job directory `/job`.
func jobExports(
    _ environment: [String: String], project: String? = nil, buildxConfig: String? = nil, extra: [Export] = []
) -> [Export] {
    let environment = Environment(environment)
    return ExportInputs(
        facts: CISystem.detect(in: environment).facts(in: environment), environment: environment, project: project,
        paths: JobPaths(
            job: "/job", dockerConfig: "/job/docker", registryAuthFile: "/job/containers/auth.json",
            helmRegistryConfig: "/job/helm/registry.json", buildxConfig: buildxConfig, ecrCache: "/job/ecr", extra: extra)
    ).exports
}

extension [Export] {
    /// What `name` is set to: the text, or `$VARIABLE`; `nil` where it is not set.
    subscript(_ name: String) -> String? {
        first { $0.name == name }.map(\.line).map { String($0.dropFirst(name.utf8.count + 1)) }
    }

    /// `NAME=value` of the variables that werf reads, in their order.
    var werfLines: [String] {
        filter { $0.name == "DOCKER_CONFIG" || $0.name.hasPrefix("WERF_") }.map(\.line)
    }
}

extension Export {
    /// `NAME=value`, or `NAME=$VARIABLE`.
    var line: String {
        switch value {
        case .text(let text): "\(name)=\(text)"
        case .reference(let variable): "\(name)=$\(variable)"
        }
    }
}

extension [String: String] {
    /// The same environment with these variables changed; an empty value stands for an absent variable.
    func with(_ changes: [String: String]) -> [String: String] {
        merging(changes) { $1 }
    }
}
