internal import CIEnv
internal import DockerConfig
internal import JSON

/// docker's config.
enum ConfigChecks {
    /// Which one docker reads, and whether that is the job's.
    static func inForce(_ scene: Scene) -> [Finding] {
        guard let docker = scene.docker else {
            guard !scene.withoutPath.contains("DOCKER_CONFIG") else { return [] }
            return [
                Finding(
                    .config, .warn, "docker has no config: neither DOCKER_CONFIG nor HOME is set",
                    hint: "set HOME, or evaluate berth ci-env")
            ]
        }
        let why = docker.variable.map { "by \($0)" } ?? "as DOCKER_CONFIG is not set"
        guard let job = scene.jobPath else {
            return docker.isBroken ? [] : [Finding(.config, .ok, "docker reads \(docker.path), \(why)")]
        }
        if scene.files.leadToTheSame(docker.path, "\(job)/docker/config.json") {
            // That it cannot be read, or is none, is told of each file.
            return docker.isBroken ? [] : [Finding(.config, .ok, "docker reads the job's, \(docker.path)")]
        }
        return [
            Finding(
                .config, .fail, "docker reads \(docker.path), \(why), and not the job's",
                hint: "export DOCKER_CONFIG=\"$BERTH_JOB/docker\"; what has changed it since ci-env?")
        ]
    }

    /// Whether clients can use their files at all.
    static func soundness(_ scene: Scene) -> [Finding] {
        var findings: [Finding] = []
        var seen: [String] = []
        for config in scene.configs {
            let place = scene.files.resolved(config.path) ?? config.path
            guard !seen.contains(place) else { continue }
            seen.append(place)
            let check: Finding.Check = config.isDockers ? .config : .clients
            switch config.state {
            case .sound: break
            case .absent where scene.hasJob && config.variable != nil:
                findings.append(
                    Finding(
                        check, config.isDockers ? .fail : .warn,
                        "\(config.path), which \(config.variable ?? "") leads \(config.clients) to, is not there",
                        hint: "evaluate berth ci-env again"))
            case .absent: break
            case .broken(let text, let hint):
                findings.append(
                    Finding(
                        check, .fail, "\(config.clients) cannot use \(config.isMany ? "their" : "its") config: \(text)",
                        hint: hint ?? "see who made it, or evaluate berth ci-env again"))
            }
        }
        if case .broken(let text, let hint)? = scene.store?.state {
            findings.append(
                Finding(
                    .config, .fail, "docker-credential-berth cannot use its file: \(text)",
                    hint: hint ?? "remove it; logins that docker was given by hand are lost"))
        }
        return findings
    }

    /// Whether a login would land in a store that all jobs share.
    static func store(_ scene: Scene) -> [Finding] {
        guard let docker = scene.docker, let store = docker.file?.credsStore else { return [] }
        if store == "berth" {
            let program = scene.sources?.store.map { HelperName.program($0.program) } ?? "no store"
            return [Finding(.config, .ok, "what the job has no login to, berth looks for in the machine's: \(program)")]
        }
        guard scene.hasJob else {
            return [Finding(.config, .ok, "credsStore: docker keeps logins by \(HelperName.program(store))")]
        }
        return [
            Finding(
                .config, .warn,
                "credsStore: docker login keeps what it is given by \(HelperName.program(store)), where all jobs find it",
                hint: "use berth login, or evaluate berth ci-env again")
        ]
    }

    /// Whether a variable counts more than the config.
    static func override(_ scene: Scene) -> [Finding] {
        let name = "DOCKER_AUTH_CONFIG"
        switch scene.variable {
        case nil: return []
        case .failure(let error):
            return [
                Finding(
                    .config, .warn, "\(name) is set, but docker cannot use it: \(error.text)",
                    hint: "unset it, or give it {\"auths\": {…}}")
            ]
        case .success(let file):
            guard scene.hasJob else {
                return [
                    Finding(
                        .config, .warn, "\(name) is set: docker reads it before its config since version 28.3",
                        hint: "berth ci-env puts what it holds into the job's config")
                ]
            }
            let others = hosts(of: file, otherwiseIn: scene.docker?.file)
            guard !others.isEmpty else {
                return [Finding(.config, .ok, "\(name) is set, and holds nothing that the job's config has otherwise")]
            }
            return [
                Finding(
                    .config, .fail,
                    "\(name) has another credential than the job's config for \(others.joined(separator: ", ")), and "
                        + "docker since version 28.3 takes that",
                    hint: "unset \(name) behind ci-env, which has put what it held into the job's config")
            ]
        }
    }

    private static func hosts(of file: DockerConfigFile, otherwiseIn config: DockerConfigFile?) -> [String] {
        let entries = EntryTable(file), others = EntryTable(config)
        return file.auths.members.compactMap { member in
            guard let key = RegistryKey(member.key), let credential = entries.credential(for: key) else { return nil }
            return others.credential(for: key) == credential ? nil : key.description
        }
    }
}
