/// A CI system: how it is recognised, and which of its variables mean what.
///
/// Systems differ in data; ``all`` is the table. What a row cannot say stands in a file of the system's own beside it.
public struct CISystem: Sendable {
    /// The name on the command line, such as `gitlab`.
    public let name: String
    /// The name as its makers write it, such as `GitLab CI/CD`.
    public let title: String

    /// What every job of the system has.
    let marks: [Mark]
    /// What every job has where ``marks`` may be absent; none where they never are.
    var otherMarks: [Mark] = []

    /// The parts of the job's key.
    var key: [String] = []

    // The variables that hold a fact, in the order of preference.
    var repository: [String] = []
    var commit: [String] = []
    var branch: [String] = []
    var tag: [String] = []
    var change: [String] = []
    /// A full name such as `refs/heads/main`, for whichever of branch, tag and change it is.
    var ref: [String] = []
    /// The address that the project is cloned from; its page is made of that where ``projectURL`` is not known.
    var remote: [String] = []

    var projectURL: [URLTemplate] = []
    var environment: [String] = []
    var jobURL: [URLTemplate] = []
    var pipelineURL: [URLTemplate] = []

    /// What tells that the job runs code from a fork.
    var fork: [ForkSign] = []
    /// The longest time that the job may run.
    var timeout: Timeout?
    /// The variable with the path of a directory that the system empties when the job ends.
    var temporaryDirectory: [String] = []

    /// What OIDC tokens the system gives its jobs.
    var idTokens: IDTokenOffers = .none

    /// The files and directories of a checkout that configure it, by their paths below its root.
    var configuration: [String] = []
    /// Another system's, which it goes by where there is none of its own.
    var otherConfiguration: [String] = []
    /// The hosts of repositories whose jobs it runs.
    var hosts: [String] = []
    /// The variables with the paths of files that a job may write to.
    public internal(set) var files: [String] = []
    /// The variables with the paths of directories that a job may write to, beside its checkout, and what a job that is
    /// reproduced calls these: of some there are two variables.
    public internal(set) var directories: [String: String] = [:]

    /// Corrects and completes what the row says.
    var refine: @Sendable (inout JobFacts, Environment) -> Void = { _, _ in }
    /// The variables that it would give a job on somebody's own machine; those without a value are left out.
    var predefined: @Sendable (LocalJob) -> [VariableGroup] = { _ in [] }
    /// Where the system's own credentials for registries are.
    var ownLogins: @Sendable (Environment) -> [OwnLogin] = { _ in [] }

    /// All names, in the order in which systems are looked for.
    public static var names: [String] { all.map(\.name) }

    /// The system called `name`, or `nil` where there is none.
    public static func named(_ name: String) -> CISystem? { all.first { $0.name == name } }

    /// The system that a person calls `name`.
    ///
    /// - Throws: `CIEnvError` of the kind `usage` where there is none.
    public static func chosen(_ name: String) throws(CIEnvError) -> CISystem {
        if let system = named(name) { return system }
        throw CIEnvError(.usage, "\(name): no such CI system", hint: "one of auto, \(names.joined(separator: ", "))")
    }

    /// The system whose job has `environment`; ``generic`` where it is none that is known.
    public static func detect(in environment: Environment) -> CISystem {
        all.first { $0.isRecognised(in: environment) } ?? generic
    }

    /// The first variable that every job of the system has and this one has not, or `nil` where all are there.
    ///
    /// For whoever named the system it is enough that they are set: gitlab-ci-local says `GITLAB_CI=false`.
    public func firstMissingVariable(in environment: Environment) -> String? {
        isRecognised(in: environment) ? nil : marks.first { environment[$0.variable] == nil }?.variable
    }

    /// The variables by which the job is known to be one of the system's; none where it is not, or needs none.
    public func signs(in environment: Environment) -> [String] {
        (standingMarks(in: environment) ?? []).map(\.variable)
    }

    private func isRecognised(in environment: Environment) -> Bool { standingMarks(in: environment) != nil }

    /// The marks that are all there; `nil` where not all of any kind are.
    private func standingMarks(in environment: Environment) -> [Mark]? {
        if marks.allSatisfy({ $0.stands(in: environment) }) { return marks }
        return !otherMarks.isEmpty && otherMarks.allSatisfy { $0.stands(in: environment) } ? otherMarks : nil
    }
}

/// A variable by which a system's jobs are known.
struct Mark: ExpressibleByStringLiteral, Sendable {
    let variable: String
    private let value: String?

    /// `variable` with any value but those by which programs say that it is no job: `false` (gitlab-ci-local), `LOCAL`
    /// (TeamCity's runs in an editor).
    init(stringLiteral variable: String) {
        self.variable = variable
        value = nil
    }

    /// `variable` with this value only.
    init(_ variable: String, is value: String) {
        self.variable = variable
        self.value = value
    }

    func stands(in environment: Environment) -> Bool {
        guard let found = environment[variable] else { return false }
        return value.map { $0 == found } ?? !["false", "False", "LOCAL"].contains(found)
    }
}

/// A variable with a length of time, by its unit.
enum Timeout: Sendable {
    case seconds(String)
    case minutes(String)

    func seconds(in environment: Environment) -> Int? {
        switch self {
        case .seconds(let variable): environment[variable].flatMap(LeaseDuration.plainSeconds)
        case .minutes(let variable): environment[variable].flatMap(LeaseDuration.plainMinutes)
        }
    }
}

/// How a system tells that a job runs code from a fork.
enum ForkSign: Sendable {
    /// The variable is set.
    case isSet(String)
    /// The variable says yes.
    case isTrue(String)
    /// The variable has one of these values.
    case isOne(of: [String], String)
    /// Both variables are set, and name different repositories; addresses of one repository count as the same.
    case differ(String, String)
    /// The file with GitHub's event says so.
    case gitHubEvent

    func stands(in environment: Environment, reading read: (String) -> [UInt8]?) -> Bool {
        switch self {
        case .isSet(let variable): return environment[variable] != nil
        case .isTrue(let variable): return environment.isTrue(variable)
        case .isOne(let values, let variable): return environment[variable].map(values.contains) ?? false
        case .gitHubEvent: return GitHub.isFork(environment, reading: read)
        case .differ(let first, let second):
            let repositories = [first, second].compactMap { environment[$0] }.map { GitRemote.page(of: $0) ?? $0 }
            return repositories.count == 2 && repositories[0].lowercased() != repositories[1].lowercased()
        }
    }
}
