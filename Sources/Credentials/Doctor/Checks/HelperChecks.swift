internal import CIEnv
internal import DockerConfig

/// The programs that clients get credentials from.
enum HelperChecks {
    private struct Named {
        let name: String
        let by: String
    }

    /// Whether each can be found and executed, and is what it should be.
    static func programs(_ scene: Scene) -> [Finding] {
        var seen: [String] = []
        return named(scene).compactMap { program in
            guard !seen.contains(program.name) else { return nil }
            seen.append(program.name)
            return look(for: program, scene)
        }
    }

    private static func named(_ scene: Scene) -> [Named] {
        var programs: [Named] = []
        for config in scene.configs {
            guard let file = config.file else { continue }
            programs += file.credHelpers.filter { !$0.program.isEmpty }.map {
                Named(name: $0.program, by: "credHelpers in \(config.name)")
            }
            // Of all clients only docker and its like know a store.
            if config.isDockers, let store = file.credsStore {
                programs.append(Named(name: store, by: "credsStore in \(config.name)"))
            }
        }
        if let store = scene.sources?.store {
            programs.append(Named(name: store.program, by: "the docker config that the job inherits from"))
        }
        if let job = scene.jobPath, scene.environment["CONTAINERS_REGISTRIES_CONF"]?.hasPrefix("\(job)/") == true {
            programs.append(Named(name: "berth", by: "the job's registries.conf"))
        }
        return programs
    }

    private static func look(for program: Named, _ scene: Scene) -> Finding {
        guard HelperName.isValid(program.name) else {
            return Finding(
                .helpers, .fail, "\(program.by) names \(HelperName.program(program.name))",
                hint: "name it without docker-credential-, and without a path")
        }
        let name = HelperName.program(program.name)
        guard let found = scene.files.program(name, in: scene.environment["PATH"]) else {
            let isOwn = program.name == "berth"
            return Finding(
                .helpers, .fail,
                "\(name), which \(program.by) names, is in no directory of PATH\(isOwn ? ", or leads nowhere" : "")",
                hint: isOwn
                    ? "put \"$BERTH_JOB/bin\" first on PATH again; is berth still where it was when ci-env ran?"
                    : "install it, or remove it from the config")
        }
        guard found.isExecutable else {
            return Finding(
                .helpers, .fail, "\(found.path), which \(program.by) names, cannot be executed",
                hint: "chmod a+x, or see what it leads to")
        }
        if program.name == "berth", let executable = scene.inputs.executable,
            !scene.files.leadToTheSame(found.path, executable)
        {
            return Finding(
                .helpers, .warn, "\(found.path) leads to another berth than this one, \(executable)",
                hint: "use one and the same in a job: evaluate berth ci-env again")
        }
        return Finding(.helpers, .ok, "\(name): \(found.path)")
    }
}
