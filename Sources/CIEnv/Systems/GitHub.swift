internal import JSON

/// GitHub Actions, and Gitea's and Forgejo's, which have the same variables.
extension CISystem {
    /// GitHub Actions (docs.github.com/actions/reference/variables-reference), also of an Enterprise Server.
    static let github = CISystem(
        "github", "GitHub Actions", .isTrue("GITHUB_ACTIONS"), actionsVariables,
        refine: { facts, environment in
            refineActions(&facts, environment)
            guard let name = environment["GITHUB_REPOSITORY"] else { return }
            facts.repository = Sourced("\(githubRegistry(environment))/\(name.lowercased())", from: "GITHUB_REPOSITORY")
        },
        logins: { actionsLogins(githubRegistry($0), in: $0, tokens: ["GITHUB_TOKEN"]) },
        isFork: isForkByEvent,
        werfExports: { inputs in
            let environment = inputs.environment
            var repository = inputs.facts.repository
            if let found = repository, let project = inputs.project {
                repository = Sourced("\(found.value)/\(project)", from: "GITHUB_REPOSITORY, werf.yaml")
            }
            let hasToken = environment["GITHUB_TOKEN"] != nil
            return [WerfExport("WERF_REPO", repository)] + inputs.annotations + [
                .annotation(
                    "GITHUB_ACTIONS_RUN_URL", "github.ci.werf.io/workflow-run-url", inputs.facts.pipelineURL),
                .reference("WERF_REPO_GITHUB_TOKEN", to: hasToken ? "GITHUB_TOKEN" : nil),
            ] + inputs.logExports()
        })

    /// Gitea Actions.
    static let gitea = CISystem(
        "gitea", "Gitea Actions", .isTrue("GITEA_ACTIONS"), actionsVariables, refine: refineForge,
        logins: { actionsLogins(host(of: $0), in: $0, tokens: ["GITHUB_TOKEN", "GITEA_TOKEN"]) },
        isFork: isForkByEvent)

    /// Forgejo Actions.
    static let forgejo = CISystem(
        "forgejo", "Forgejo Actions", .isTrue("FORGEJO_ACTIONS"), actionsVariables, refine: refineForge,
        logins: { actionsLogins(host(of: $0), in: $0, tokens: ["GITHUB_TOKEN", "FORGEJO_TOKEN", "GITEA_TOKEN"]) },
        isFork: isForkByEvent)

    /// No variable holds a job's id: `GITHUB_JOB` is its name in the workflow, the same for all of a matrix.
    private static let actionsVariables = FactVariables(
        key: ["GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB"], commit: ["GITHUB_SHA"])

    private static func refineActions(_ facts: inout JobFacts, _ environment: Environment) {
        if environment["GITHUB_REF_TYPE"] == "tag" {
            facts.tag = environment.first("GITHUB_REF_NAME")
            facts.branch = nil
        } else {
            // For a pull request the ref is that of a merge that nobody has made.
            facts.branch = environment.first("GITHUB_HEAD_REF", "GITHUB_REF_NAME") ?? facts.branch
        }
        if let rest = Parts.after("refs/pull/", environment["GITHUB_REF"]), let number = rest.split(separator: "/").first {
            facts.change = Sourced(String(number), from: "GITHUB_REF")
        }
        if let name = environment["GITHUB_REPOSITORY"] {
            let page = "\(server(environment))/\(name)"
            facts.projectURL = Sourced(page, from: "GITHUB_REPOSITORY")
            if let run = environment["GITHUB_RUN_ID"] {
                let runPage = "\(page)/actions/runs/\(run)"
                facts.pipelineURL = Sourced(runPage, from: "GITHUB_RUN_ID")
                facts.jobURL = environment["GITHUB_RUN_ATTEMPT"].map {
                    Sourced("\(runPage)/attempts/\($0)", from: "GITHUB_RUN_ATTEMPT")
                } ?? facts.pipelineURL
            }
        }
        facts.temporaryDirectory = environment.first("RUNNER_TEMP")
    }

    private static func refineForge(_ facts: inout JobFacts, _ environment: Environment) {
        refineActions(&facts, environment)
        guard let host = host(of: environment), let name = environment["GITHUB_REPOSITORY"] else { return }
        facts.repository = Sourced("\(host)/\(name.lowercased())", from: "GITHUB_REPOSITORY")
    }

    private static func server(_ environment: Environment) -> String {
        var url = environment["GITHUB_SERVER_URL"] ?? "https://github.com"
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    private static func host(of environment: Environment) -> String? {
        guard environment["GITHUB_SERVER_URL"] != nil else { return nil }
        let url = server(environment)
        let rest = Parts.after("https://", url) ?? Parts.after("http://", url) ?? url
        return rest.split(separator: "/").first.map(String.init)
    }

    /// The registry beside a GitHub: that of github.com has a name of its own.
    private static func githubRegistry(_ environment: Environment) -> String {
        guard let host = host(of: environment), host != "github.com" else { return "ghcr.io" }
        return "containers.\(host)"
    }

    private static func actionsLogins(_ registry: String?, in environment: Environment, tokens: [String]) -> LoginSet {
        var logins = LoginSet()
        guard let registry else { return logins }
        logins.addFirst(for: registry, of: tokens.map { LoginSet.Pair("GITHUB_ACTOR", $0) }, in: environment)
        if logins.logins.isEmpty {
            logins.notes = [
                "not logged in to \(registry): a step gets the token by env: GITHUB_TOKEN: ${{ github.token }}"
            ]
        }
        return logins
    }

    /// Only the event that started the job says where a pull request comes from.
    private static func isForkByEvent(_ environment: Environment, _ read: (String) -> [UInt8]?) -> Bool {
        guard environment["GITHUB_HEAD_REF"] != nil, let path = environment["GITHUB_EVENT_PATH"],
            let text = read(path), let event = try? JSONValue(parsing: text).object
        else { return false }
        let head = event["pull_request"]?.object?["head"]?.object?["repo"]?.object?["full_name"]?.string
        return head.map { $0 != environment["GITHUB_REPOSITORY"] } ?? true
    }
}
