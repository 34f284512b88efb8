/// A CI system: how it is recognised and what its variables mean.
///
/// Systems differ in data, and ``all`` is the table of it. Where a system needs more than names of variables, what it
/// needs stands in a file of its own beside this one.
public struct CISystem: Sendable {
    /// The name on the command line, such as `gitlab`.
    public let name: String
    /// The name for people.
    public let title: String

    /// How a job's environment tells that it is of this system: a variable, and what it must hold.
    enum Marker: Sendable {
        case isSet(String)
        case isTrue(String)
        case equals(String, String)
        /// Nothing tells; the system is what is left.
        case none

        /// The variable that must be there.
        var variable: String? {
            switch self {
            case .isSet(let name), .isTrue(let name), .equals(let name, _): name
            case .none: nil
            }
        }

        func fits(_ environment: Environment) -> Bool {
            switch self {
            case .isSet(let name): environment[name] != nil
            case .isTrue(let name): environment.isTrue(name)
            case .equals(let name, let value): environment[name] == value
            case .none: false
            }
        }
    }

    let marker: Marker
    /// Which variables hold a job's facts.
    let variables: FactVariables
    /// What is not simply in a variable.
    let refine: (@Sendable (inout JobFacts, Environment) -> Void)?
    /// The credentials that the system itself gives a job.
    let ownLogins: (@Sendable (Environment) -> LoginSet)?
    /// Whether the job runs code from a fork. The second argument reads a file.
    private let isFork: @Sendable (Environment, (String) -> [UInt8]?) -> Bool
    /// The system's own `WERF_…` variables.
    let werfExports: @Sendable (ExportInputs) -> [WerfExport]

    init(
        _ name: String, _ title: String, _ marker: Marker, _ variables: FactVariables = FactVariables(),
        refine: (@Sendable (inout JobFacts, Environment) -> Void)? = nil,
        logins: (@Sendable (Environment) -> LoginSet)? = nil,
        isFork: @escaping @Sendable (Environment, (String) -> [UInt8]?) -> Bool = { _, _ in false },
        werfExports: @escaping @Sendable (ExportInputs) -> [WerfExport] = { $0.commonWerfExports }
    ) {
        self.name = name
        self.title = title
        self.marker = marker
        self.variables = variables
        self.refine = refine
        ownLogins = logins
        self.isFork = isFork
        self.werfExports = werfExports
    }

    /// Every system, in the order in which they are looked for.
    ///
    /// Forgejo sets Gitea's and GitHub's variables too, and Gitea sets GitHub's. Jobs of GitHub and GitLab may run on
    /// machines of CodeBuild, and agents of Jenkins inside of anything.
    static let all: [CISystem] = [
        forgejo, gitea, github, gitlab, woodpecker, drone, circleci, azurePipelines, bitbucket, buildkite, travis,
        teamcity, appveyor, semaphore, codefresh, cirrus, codebuild, cloudbuild, tekton, jenkins, generic,
    ]

    /// The names of all systems.
    public static var names: [String] { all.map(\.name) }

    /// The system called `name`, or `nil` where there is none.
    public static func named(_ name: String) -> CISystem? {
        all.first { $0.name == name }
    }

    /// The system whose job has `environment`; ``generic`` where no other fits.
    public static func detect(in environment: Environment) -> CISystem {
        all.first { $0.marker.fits(environment) } ?? generic
    }

    /// The first variable that every job of the system has and that is not set.
    public func firstMissingVariable(in environment: Environment) -> String? {
        guard let variable = marker.variable, environment[variable] == nil else { return nil }
        return variable
    }

    /// What the job's variables say of it.
    public func facts(in environment: Environment) -> JobFacts {
        var facts = variables.facts(of: name, in: environment)
        refine?(&facts, environment)
        return facts
    }

    /// The credentials that the system itself gives the job.
    public func logins(in environment: Environment) -> LoginSet {
        ownLogins?(environment) ?? LoginSet()
    }

    /// Whether the job runs code from a fork, and so may lack credentials that others have.
    ///
    /// - Parameter read: Reads a file, where the environment alone does not tell.
    public func isFork(in environment: Environment, reading read: (String) -> [UInt8]?) -> Bool {
        isFork(environment, read)
    }
}
