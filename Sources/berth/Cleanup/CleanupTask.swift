internal import CIEnv
internal import Cleanup
internal import POSIX
internal import Registry

/// What a command line asks of a cleanup.
enum CleanupTask: Sendable {
    /// To make plans, and perhaps to do them.
    case plan([(repository: Repository, policy: RepositoryPolicy)])
    /// To say why a tag stays or goes.
    case explain(Tag, Repository, RepositoryPolicy)
    /// To do what was planned before.
    case saved(PlanFile)

    /// The registries.
    var hosts: [RegistryHost] {
        switch self {
        case .plan(let parts): parts.map(\.repository.host)
        case .explain(_, let repository, _): [repository.host]
        case .saved(let file): file.parts.map(\.view.repository.host)
        }
    }

    /// Reads the command line, the policy, and the plan.
    ///
    /// - Throws: `Failure` where they do not go together.
    init(_ command: CleanupCommand, _ environment: Environment) throws(Failure) {
        if let path = command.plan {
            self = .saved(try Self.saved(path, command))
            return
        }
        let policies = try Policies(command, environment)
        if let text = command.explain {
            guard command.repo.isEmpty, !command.apply, command.planOut == nil, command.report == nil, !command.json
            else {
                throw Failure(
                    .usage, "--explain says in words why a tag stays or goes, and does nothing",
                    hint: "leave out the repositories, --apply, --plan-out, --report and --json")
            }
            let image = try Self.named { () throws(RegistryError) in try ImageReference(text) }
            guard let tag = image.tag, image.digest == nil else {
                throw Failure(.usage, "--explain \(text) names no tag", hint: "name one, as in repository:tag")
            }
            self = .explain(tag, image.repository, try policies.policy(for: image.repository))
            return
        }
        var parts: [(repository: Repository, policy: RepositoryPolicy)] = []
        for repository in try Self.repositories(command, environment, policies) {
            guard !parts.contains(where: { $0.repository == repository }) else { continue }
            parts.append((repository, try policies.policy(for: repository)))
        }
        self = .plan(parts)
    }

    private static func saved(_ path: String, _ command: CleanupCommand) throws(Failure) -> PlanFile {
        guard command.repo.isEmpty, command.policy == nil, command.planOut == nil, command.explain == nil,
            PolicyFlags() == command.rules.flags(Environment { _ in nil })
        else {
            throw Failure(
                .usage, "--plan is what goes, whatever else the command line says of that",
                hint: "leave out repositories, --policy, rules, --plan-out and --explain")
        }
        let text = try CleanupFile.read(path, "the plan")
        return try orCleanupFails { () throws(CleanupError) in try PlanFile(parsing: text, path: path) }
    }

    /// The repositories that are named: by the command line, the job, or the policy.
    private static func repositories(
        _ command: CleanupCommand, _ environment: Environment, _ policies: Policies
    ) throws(Failure) -> [Repository] {
        var names = command.repo
        if names.isEmpty, let name = environment["BERTH_REPO"] ?? environment["WERF_REPO"] { names = [name] }
        if names.isEmpty { names = policies.literalNames }
        guard !names.isEmpty else {
            throw Failure(
                .usage, "no repository is named",
                hint: "name it, as in berth cleanup registry.example.com/app, or in the policy, without a pattern")
        }
        var repositories: [Repository] = []
        for name in names {
            repositories.append(try named { () throws(RegistryError) in try Repository(name) })
        }
        return repositories
    }

    private static func named<Name>(_ read: () throws(RegistryError) -> Name) throws(Failure) -> Name {
        do { return try read() } catch { throw Failure(error) }
    }
}

/// What the policy file and the flags say.
private struct Policies {
    private let file: Policy?
    private let fileName: String
    private let flags: PolicyFlags
    private let werf: WerfPolicy?

    /// Where the policy is unless it is said.
    private static let standardFile = "berth.yml"

    init(_ command: CleanupCommand, _ environment: Environment) throws(Failure) {
        flags = command.rules.flags(environment)
        werf = command.rules.werf ? try WerfSettings(command, environment).policy() : nil
        guard werf == nil || command.planOut == nil else {
            throw Failure(
                .usage, "a plan for werf's images cannot be saved: builds may use them again before it is done",
                hint: "do it at once, with --apply")
        }
        let named = command.policy ?? environment["BERTH_POLICY"]
        fileName = named ?? Self.standardFile
        let isThere = named == nil ? try CleanupFile.exists(fileName) : true
        guard named != "none", isThere else {
            file = nil
            return
        }
        if named == nil { command.common.reporter(environment).note("the policy is that of \(fileName)") }
        let text = try CleanupFile.read(fileName, "the policy")
        let name = fileName
        file = try orCleanupFails { () throws(CleanupError) in try Policy(parsing: text, file: name) }
    }

    /// The repositories that the file names without a pattern.
    var literalNames: [String] { file?.literalNames ?? [] }

    /// The policy of one repository.
    func policy(for repository: Repository) throws(Failure) -> RepositoryPolicy {
        try orCleanupFails { () throws(CleanupError) in
            if let werf {
                // What goes is werf's to say; all else keeps more.
                var policy = try flags.policy(over: try file?.part(for: repository) ?? RepositoryPolicy())
                policy.werf = werf
                if werf.usesKubernetes { policy.keep.append(.clusters) }
                return policy
            }
            guard let file else { return try flags.policy() }
            if let part = try file.part(for: repository) { return try flags.policy(over: part) }
            throw CleanupError(
                .badConfiguration, "\(fileName) says nothing of \(repository)",
                hint: "add a part whose match fits it, or one without a match, which is for all")
        }
    }
}

/// Makes an error of the cleanup domain one of the program's.
func orCleanupFails<Result>(_ body: () throws(CleanupError) -> Result) throws(Failure) -> Result {
    do {
        return try body()
    } catch {
        throw Failure(error)
    }
}
