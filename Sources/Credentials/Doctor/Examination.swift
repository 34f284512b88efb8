public import CIEnv
public import Registry

/// Looks at a job's credentials and at all that clients find them by, and says what is wrong.
///
/// It sees values alone, and asks nobody on the network.
public struct Examination: Sendable {
    /// What it looks at.
    public struct Inputs: Sendable {
        /// The job's variables.
        public var environment: Environment
        /// The user's home directory.
        public var home: String?
        /// This machine, its clock and the user.
        public var host: Host
        /// The files.
        public var files: FileView
        /// The path of berth's own executable.
        public var executable: String?
        /// The other directories whose jobs have ended.
        public var leftovers: [String] = []
        /// Why directories of jobs cannot be looked into.
        public var obstacles: [String] = []
        /// What came of a request when clients asked.
        public var record: @Sendable (IdentityRequest) -> ExchangeRecord = { _ in ExchangeRecord() }
        /// Who exchanges the token for a request, and whom that must be for.
        public var exchange: @Sendable (IdentityRequest) throws(RegistryError) -> Exchanger

        /// What it looks at.
        public init(
            environment: Environment, home: String?, host: Host, files: FileView,
            exchange: @escaping @Sendable (IdentityRequest) throws(RegistryError) -> Exchanger
        ) {
            self.environment = environment
            self.home = home
            self.host = host
            self.files = files
            self.exchange = exchange
        }
    }

    /// Who exchanges tokens.
    public struct Exchanger: Equatable, Sendable {
        /// For people: `AWS`.
        public var title: String
        /// Whom the token must be for; `nil` where any will do.
        public var audience: String?

        /// One who is called `title`.
        public init(title: String, audience: String?) {
            self.title = title
            self.audience = audience
        }
    }

    private let scene: Scene

    /// Reads all that it will look at.
    public init(_ inputs: Inputs) {
        scene = Scene(inputs)
    }

    /// One check, or several that look at the same thing.
    typealias Check = @Sendable (Scene, LoginSearch) -> [Finding]

    /// All of them, in the order in which people read what they find.
    private static let checks: [Check] = [
        { scene, _ in CIChecks.system(scene) },
        { scene, _ in CIChecks.options(scene) },
        { scene, _ in JobChecks.directory(scene) },
        { scene, _ in PathVariable.findings(scene) },
        { scene, _ in ConfigChecks.inForce(scene) },
        { scene, _ in ConfigChecks.soundness(scene) },
        { scene, _ in ConfigChecks.store(scene) },
        { scene, _ in ConfigChecks.override(scene) },
        { scene, _ in ClientChecks.leadToTheJob(scene) },
        { scene, _ in ClientChecks.sharedContainerFiles(scene) },
        { _, search in search.findings },
        { scene, search in LoginChecks.ownRegistry(scene, search.logins) },
        { scene, search in LoginChecks.lifetimes(scene, search.logins) },
        { scene, _ in LoginChecks.contradictions(scene) },
        { scene, search in LoginChecks.summary(scene, search.logins) },
        { scene, _ in HelperChecks.programs(scene) },
        { scene, _ in IdentityChecks.sources(scene) },
        { scene, _ in IdentityChecks.tokens(scene) },
        { scene, _ in IdentityChecks.refused(scene) },
        { scene, _ in IdentityChecks.lastExchanges(scene) },
        { scene, _ in PermissionChecks.files(scene) },
        { scene, _ in PermissionChecks.root(scene) },
        { scene, _ in PermissionChecks.sharedLogins(scene) },
        { scene, _ in MachineChecks.leftovers(scene) },
        { scene, search in MachineChecks.clock(scene, search.logins) },
        { scene, search in MachineChecks.proxies(scene, search.logins) },
    ]

    /// What is wrong and what is not, and each registry's login.
    public func report() -> HealthReport {
        let search = LoginSearch(scene)
        let findings = Self.checks.flatMap { $0(scene, search) }
        return HealthReport(
            findings: findings, logins: search.logins, repository: scene.repository, now: scene.now)
    }
}
