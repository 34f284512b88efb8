/// Where a job's files are.
public struct JobPaths: Equatable, Sendable {
    /// The job's directory.
    public var job: String
    /// The directory of the docker config.
    public var dockerConfig: String
    /// The file that podman, buildah and skopeo read.
    public var registryAuthFile: String
    /// The file that helm reads.
    public var helmRegistryConfig: String
    /// Where the user's buildx keeps its builders, if anywhere.
    public var buildxConfig: String?
    /// Where Amazon's credential helper keeps its tokens.
    public var ecrCache: String
    /// Variables that some machines need besides.
    public var extra: [Export]

    /// Where a job's files are.
    public init(
        job: String, dockerConfig: String, registryAuthFile: String, helmRegistryConfig: String,
        buildxConfig: String?, ecrCache: String, extra: [Export] = []
    ) {
        self.job = job
        self.dockerConfig = dockerConfig
        self.registryAuthFile = registryAuthFile
        self.helmRegistryConfig = helmRegistryConfig
        self.buildxConfig = buildxConfig
        self.ecrCache = ecrCache
        self.extra = extra
    }
}
