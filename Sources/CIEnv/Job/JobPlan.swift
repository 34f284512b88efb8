internal import JSON

/// All that a job will be given, before anything is written: a value that can be looked at, compared and tested.
public struct JobPlan: Sendable {
    /// What stands around the credentials, and depends on the machine.
    public struct Surroundings: Equatable, Sendable {
        /// What the docker config directory links to, such as the user's contexts: each with its absolute target.
        public var links: [JobTree.Entry] = []
        /// Where the user's buildx keeps its builders.
        public var buildxConfig: String?
        /// The text of the job's own registries.conf, where ``PodmanOverride`` asks for one.
        public var registriesConf: [UInt8]?
        /// The path of berth's own executable.
        public var executable: String?
        /// The job's `PATH`.
        public var searchPath: String?
        /// What the job is given by nobody else: the variables of one that is reproduced.
        public var variables: [Export] = []
        /// Variables that are to hold the path of an empty file, which the job may write to.
        public var files: [String] = []
        /// Variables that are to hold the path of an empty directory, and that one's name, which several may share.
        public var directories: [String: String] = [:]

        /// No surroundings.
        public init() {}
    }

    /// The job's directory.
    public let directory: JobDirectory
    /// What the job's shell sets.
    public let exports: [Export]
    /// The directory that ``exports`` put first in the search path, if they do.
    public let programs: String?
    private let contents: [JobTree.Entry]

    /// Plans a job.
    ///
    /// - Parameters:
    ///   - job: Whose it is.
    ///   - environment: The job's variables.
    ///   - config: The text of the docker config.
    ///   - sources: What else the job may be given credentials by, on demand.
    ///   - surroundings: What else the machine has.
    ///   - project: The name that a `werf.yaml` gives the project.
    ///   - directory: Where it will be.
    public init(
        _ job: CIJob, environment: Environment, config: [UInt8], sources: CredentialSources? = nil,
        surroundings: Surroundings, project: String?, directory: JobDirectory
    ) {
        self.directory = directory
        let path = directory.path
        var contents: [JobTree.Entry] = [
            .init("docker", .directory([.init("config.json", .file(config))] + surroundings.links)),
            .init("helm", .directory([.init("registry.json", .link("../docker/config.json"))])),
            .init("ecr", .directory([])),
        ]
        var containers: [JobTree.Entry] = [.init("auth.json", .link("../docker/config.json"))]
        var extra: [Export] = []
        // Why clients need berth as a helper; a variable can be set only once, so of two reasons one is told.
        var reason: String?
        if let sources, !sources.isEmpty || !sources.refused.isEmpty {
            contents.append(.init(CredentialSources.fileName, .file(Array(sources.json.text(indented: true).utf8))))
        }
        if let sources, !sources.isEmpty {
            contents.append(.init(CredentialSources.cacheName, .directory([])))
            reason = "clients ask docker-credential-berth"
        }
        if let text = surroundings.registriesConf, surroundings.executable != nil {
            containers.append(.init("registries.conf", .file(text)))
            let source = "podman would use a file that all jobs share"
            extra.append(Export(PodmanOverride.variable, "\(path)/containers/registries.conf", from: source))
            reason = reason ?? source
        }
        var programs: String?
        if let reason, let executable = surroundings.executable {
            programs = "\(path)/bin"
            contents.append(.init("bin", .directory([.init(Self.helperName, .link(executable))])))
            let searchPath = ["\(path)/bin"] + [surroundings.searchPath].compactMap { $0 }
            extra.append(Export(Self.searchPathName, searchPath.joined(separator: ":"), from: reason))
        }
        contents.append(.init("containers", .directory(containers)))
        contents += surroundings.scratch
        extra += surroundings.scratchExports(path)
        self.contents = contents
        self.programs = programs
        let own =
            ExportInputs(
                facts: job.facts, environment: environment, project: project,
                paths: JobPaths(
                    job: path, dockerConfig: "\(path)/docker", registryAuthFile: "\(path)/containers/auth.json",
                    helmRegistryConfig: "\(path)/helm/registry.json", buildxConfig: surroundings.buildxConfig,
                    ecrCache: "\(path)/ecr", extra: extra)
            ).exports
        exports = surroundings.variables.filter { given in !own.contains { $0.name == given.name } } + own
    }

    /// What programs are found by where there is no `PATH`: to set it to the job's own directory would hide them all.
    public static let defaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The name under which berth is a docker credential helper.
    public static let helperName = "docker-credential-berth"

    /// The name of the file in the directory that holds the script for `shell`.
    public static func scriptName(_ shell: Shell) -> String { "env.\(shell.fileExtension)" }

    /// The name of the variable that ``programs`` is put into.
    public static let searchPathName = "PATH"

    /// What is written into the directory.
    ///
    /// - Parameters:
    ///   - lease: Who it belongs to.
    ///   - script: A script to put beside it, by its name.
    /// - Returns: The directory's content.
    public func entries(lease: Lease, script: (name: String, text: String)? = nil) -> [JobTree.Entry] {
        var entries = contents + [.init(Lease.fileName, .file(Array(lease.json.text(indented: true).utf8)))]
        if let script { entries.append(.init(script.name, .file(Array(script.text.utf8)))) }
        return entries
    }
}

extension JobPlan.Surroundings {
    /// What the job may write to.
    fileprivate var scratch: [JobTree.Entry] {
        var entries: [JobTree.Entry] = []
        if !files.isEmpty { entries.append(.init("files", .directory(files.map { .init($0, .file([])) }))) }
        let names = Set(directories.values).sorted()
        if !names.isEmpty { entries.append(.init("directories", .directory(names.map { .init($0, .directory([])) }))) }
        return entries
    }

    /// The variables with the paths of ``scratch`` in the job directory `job`.
    fileprivate func scratchExports(_ job: String) -> [Export] {
        files.map { Export($0, "\(job)/files/\($0)", from: "an empty file for the job") }
            + directories.sorted { $0.key < $1.key }.map {
                Export($0.key, "\(job)/directories/\($0.value)", from: "an empty directory for the job")
            }
    }
}
