internal import CIEnv
internal import DockerConfig
internal import POSIX

/// A file in which a client looks for credentials, as it was found.
struct ClientConfig {
    /// What is there.
    enum State {
        /// Nothing.
        case absent
        /// A config.
        case sound(DockerConfigFile)
        /// What no client can use, and why.
        case broken(String, hint: String?)
    }

    /// Who reads it, for people.
    let clients: String
    /// Where it is.
    let path: String
    /// What people call it.
    let name: String
    /// The variable that leads there, where one does.
    let variable: String?
    let state: State

    /// Whether docker reads it, and most clients as docker does.
    var isDockers: Bool { clients == "docker" }

    /// Whether several read it.
    var isMany: Bool { clients.contains(" and ") }

    /// Whether there is something that no client can use.
    var isBroken: Bool { if case .broken = state { true } else { false } }

    /// The config, where there is one.
    var file: DockerConfigFile? { if case .sound(let file) = state { file } else { nil } }

    /// Reads the file at `path`.
    init(_ clients: String, path: String, named name: String? = nil, variable: String? = nil, in files: FileView) {
        self.clients = clients
        self.path = path
        self.name = name ?? path
        self.variable = variable
        do throws(SystemError) {
            let text = try files.read(path)
            do throws(DockerConfigError) {
                state = .sound(try DockerConfigFile.parse(text, named: path))
            } catch {
                state = .broken(error.text, hint: error.hint)
            }
        } catch {
            state =
                error.code == .notFound
                ? .absent
                : .broken(
                    error.code == .invalid ? "\(path) is not a file" : "\(error)",
                    hint: error.code == .denied ? "run clients as the user whose file it is" : nil)
        }
    }
}

extension ClientConfig {
    /// The configs of the clients that there are, docker's first.
    ///
    /// A client whose own variable is one of `withoutPath` has none that could be read.
    static func all(
        _ environment: Environment, home: String?, job: String?, user: UInt32, without withoutPath: [String],
        in files: FileView
    ) -> [ClientConfig] {
        [
            ("DOCKER_CONFIG", docker(environment, home: home, job: job, in: files)),
            ("REGISTRY_AUTH_FILE", containers(environment, home: home, job: job, user: user, in: files)),
            ("HELM_REGISTRY_CONFIG", helm(environment, home: home, job: job, in: files)),
        ].compactMap { variable, config in withoutPath.contains(variable) ? nil : config }
    }

    private static func docker(
        _ environment: Environment, home: String?, job: String?, in files: FileView
    ) -> ClientConfig? {
        let directory = environment["DOCKER_CONFIG"] ?? home.map { "\($0)/.docker" }
        return directory.map { directory in
            ClientConfig(
                "docker", path: "\(directory)/config.json",
                named: directory == job.map { "\($0)/docker" } ? "the job's docker config" : nil,
                variable: environment["DOCKER_CONFIG"] == nil ? nil : "DOCKER_CONFIG", in: files)
        }
    }

    /// Where podman, skopeo and buildah look first of all files that exist.
    private static func containers(
        _ environment: Environment, home: String?, job: String?, user: UInt32, in files: FileView
    ) -> ClientConfig? {
        let clients = "podman, skopeo and buildah"
        if let path = environment["REGISTRY_AUTH_FILE"] {
            return ClientConfig(
                clients, path: path,
                named: path == job.map { "\($0)/containers/auth.json" } ? "the job's auth.json" : nil,
                variable: "REGISTRY_AUTH_FILE", in: files)
        }
        return sharedContainerFiles(environment, home: home, user: user).first { files.facts($0) != nil }.map {
            ClientConfig(clients, path: $0, in: files)
        }
    }

    /// The files that containers-auth.json(5) lists before docker's, which all jobs of a user share.
    static func sharedContainerFiles(_ environment: Environment, home: String?, user: UInt32) -> [String] {
        let config = environment["XDG_CONFIG_HOME"] ?? home.map { "\($0)/.config" }
        let runtime = environment["XDG_RUNTIME_DIR"].map { "\($0)/containers" } ?? "/run/containers/\(user)"
        return ["\(runtime)/auth.json", config.map { "\($0)/containers/auth.json" }].compactMap(\.self)
    }

    private static func helm(
        _ environment: Environment, home: String?, job: String?, in files: FileView
    ) -> ClientConfig? {
        guard let path = environment["HELM_REGISTRY_CONFIG"] else {
            let base = environment["HELM_CONFIG_HOME"] ?? environment["XDG_CONFIG_HOME"].map { "\($0)/helm" }
            guard let base = base ?? home.map({ "\($0)/.config/helm" }) else { return nil }
            let path = "\(base)/registry/config.json"
            return files.facts(path) == nil ? nil : ClientConfig("helm", path: path, in: files)
        }
        return ClientConfig(
            "helm", path: path, named: path == job.map { "\($0)/helm/registry.json" } ? "the job's helm config" : nil,
            variable: "HELM_REGISTRY_CONFIG", in: files)
    }
}
