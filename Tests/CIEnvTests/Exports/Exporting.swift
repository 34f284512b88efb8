internal import CIEnv

/// Where the exports of these tests say that the job is.
let paths = JobPaths(
    job: "/tmp/berth-0/job", dockerConfig: "/tmp/berth-0/job/docker",
    registryAuthFile: "/tmp/berth-0/job/containers/auth.json",
    helmRegistryConfig: "/tmp/berth-0/job/helm/registry.json", buildxConfig: "/srv/docker/buildx",
    ecrCache: "/tmp/berth-0/job/ecr")

/// What a job of `system` with `environment` exports.
func exports(
    _ system: CISystem, _ environment: [String: String], project: String? = nil, paths: JobPaths = paths
) -> [Export] {
    let environment = Environment(environment)
    return ExportInputs(
        facts: system.facts(in: environment), environment: environment, project: project, paths: paths
    ).exports
}

/// The same for the system that `environment` shows.
func exports(_ environment: [String: String], project: String? = nil, paths: JobPaths = paths) -> [Export] {
    exports(.detect(in: Environment(environment)), environment, project: project, paths: paths)
}

extension [Export] {
    /// `NAME=text`, or `NAME=$VARIABLE` for a reference, in order.
    var lines: [String] {
        map { export in
            switch export.value {
            case .text(let text): "\(export.name)=\(text)"
            case .reference(let variable): "\(export.name)=$\(variable)"
            }
        }
    }

    /// Those of werf.
    var werf: [String] { lines.filter { $0.hasPrefix("WERF_") } }

    /// The line of the variable `name`.
    subscript(_ name: String) -> String? {
        lines.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
