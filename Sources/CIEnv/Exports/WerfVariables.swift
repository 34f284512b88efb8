/// The variables that `werf ci-env` gives a job.
///
/// For GitLab and GitHub names and values are werf's own (https://werf.io/docs/v2/reference/cli/werf_ci_env.html); other
/// systems have the same ones as far as they know the facts.
struct WerfVariables {
    private let facts: JobFacts
    private let environment: Environment
    private let project: String?

    init(facts: JobFacts, environment: Environment, project: String?) {
        self.facts = facts
        self.environment = environment
        self.project = project
    }

    /// All of them, in werf's order.
    var exports: [Export] {
        var exports = repository + deployment + annotations
        if facts.system == "github", environment["GITHUB_TOKEN"] != nil, isFree("WERF_REPO_GITHUB_TOKEN") {
            exports.append(Export("WERF_REPO_GITHUB_TOKEN", referringTo: "GITHUB_TOKEN"))
        }
        return exports + others
    }

    private var repository: [Export] {
        var exports: [Export] = []
        if let repository = werfRepository { exports += own("WERF_REPO", repository) }
        if facts.system == "gitlab", let image = environment.first("CI_REGISTRY_IMAGE"), isGitLabRegistry {
            exports += own("WERF_REPO_CONTAINER_REGISTRY", Sourced("gitlab", from: image.source))
        }
        return exports
    }

    /// GitHub's packages belong to a repository, which may have several projects.
    private var werfRepository: Sourced? {
        guard let repository = facts.repository, repository.source == "GITHUB_REPOSITORY", facts.system == "github",
            let project
        else { return facts.repository }
        return Sourced("\(repository.value)/\(project)", from: "\(repository.source), werf.yaml")
    }

    /// Whether werf's repository, if the user chose one, begins as the registry's addresses do.
    private var isGitLabRegistry: Bool {
        guard let chosen = environment.first("WERF_REPO", "BERTH_REPO") else { return true }
        return chosen.value.hasPrefix(environment["CI_REGISTRY"] ?? "")
    }

    private var deployment: [Export] { facts.environment.map { own("WERF_ENV", $0) } ?? [] }

    private var annotations: [Export] {
        var exports = annotation(
            "WERF_RELEASE_CHANNEL", "werf.io/release-channel", environment.first("TRDL_USE_WERF_GROUP_CHANNEL"))
        exports += annotation("PROJECT_GIT", "project.werf.io/git", facts.projectURL)
        exports += annotation("CI_COMMIT", "ci.werf.io/commit", facts.commit)
        exports += annotation("CI_GIT_TAG", "ci.werf.io/tag", facts.tag)
        switch facts.system {
        case "gitlab":
            exports += annotation("GITLAB_CI_PIPELINE_URL", "gitlab.ci.werf.io/pipeline-url", facts.pipelineURL)
            exports += annotation("GITLAB_CI_JOB_URL", "gitlab.ci.werf.io/job-url", facts.jobURL)
        case "github":
            exports += annotation(
                "GITHUB_ACTIONS_RUN_URL", "github.ci.werf.io/workflow-run-url", facts.pipelineURL)
        default: break
        }
        return exports
    }

    /// An annotation of all that werf deploys; always set anew, or a job that another one started would keep the other's.
    private func annotation(_ name: String, _ key: String, _ fact: Sourced?) -> [Export] {
        fact.map { [Export("WERF_ADD_ANNOTATION_\(name)", "\(key)=\($0.value)", from: $0.source)] } ?? []
    }

    private var others: [Export] {
        let source = "werf's logs in CI"
        let color = environment["CI_SERVER_VERSION"].map(GitLabVersion.colorMode) ?? "on"
        return own("WERF_LOG_COLOR_MODE", Sourced(color, from: source))
            + own("WERF_LOG_PROJECT_DIR", Sourced("1", from: source))
            + own("WERF_ENABLE_PROCESS_EXTERMINATOR", Sourced("1", from: source))
            + own("WERF_LOG_TERMINAL_WIDTH", Sourced("130", from: source))
    }

    /// The variable, unless the user set it already: then it stays as it is.
    private func own(_ name: String, _ value: Sourced) -> [Export] {
        isFree(name) ? [Export(name, value.value, from: value.source)] : []
    }

    private func isFree(_ name: String) -> Bool { environment[name] == nil }
}

/// What follows from GitLab's version.
enum GitLabVersion {
    /// `off` for the versions between 12.1.3 and 12.2.0, whose log viewer breaks on colours, else `on`.
    static func colorMode(_ version: String) -> String {
        guard version.hasPrefix("12.") else { return "on" }
        let isPrerelease = version.utf8.contains(UInt8(ascii: "-"))
        let numbers = version.utf8.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }
            .split(separator: UInt8(ascii: ".")).map { Int(Substring($0)) }
        guard numbers.count == 3, let minor = numbers[1], let patch = numbers[2] else { return "on" }
        let isBroken = (minor == 1 && patch > 3) || (minor == 2 && patch == 0 && isPrerelease)
        return isBroken ? "off" : "on"
    }
}
