internal import JSON

/// What the rows of GitHub Actions, and of Gitea's and Forgejo's, which have the same variables, cannot say.
///
/// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
enum GitHub {
    private static let hostedServer = "https://github.com"

    static let refine: @Sendable (inout JobFacts, Environment) -> Void = { facts, environment in
        addRef(to: &facts, environment)
        addPages(to: &facts, environment)
        addRepository(to: &facts, environment)
    }

    /// The instance's registry, with the job's token.
    static func logins(_ system: String) -> @Sendable (Environment) -> [OwnLogin] {
        { environment in
            // Gitea's and Forgejo's runners give the token other names besides.
            let tokens = ["gitea": ["GITEA_TOKEN"], "forgejo": ["FORGEJO_TOKEN", "GITEA_TOKEN"]][system] ?? []
            let token = tokens.first { environment["GITHUB_TOKEN"] == nil && environment[$0] != nil } ?? "GITHUB_TOKEN"
            return [registry(system, environment)].compactMap { $0 }.map {
                OwnLogin(
                    registry: $0, credentials: [Credentials("GITHUB_ACTOR", token)],
                    advice: "a step is given it by env: GITHUB_TOKEN: ${{ github.token }}")
            }
        }
    }

    /// Where the instance is.
    ///
    /// A Gitea or Forgejo that does not say has no address: its jobs, and their tokens, are not github.com's business.
    /// Nor has an instance whose address is none, or has a user or password in it, which would come through to pages.
    private static func server(_ system: String, _ environment: Environment) -> Sourced? {
        guard let url = environment["GITHUB_SERVER_URL"] else {
            return system == "github" ? Sourced(hostedServer, from: "github.com") : nil
        }
        let trimmed = url.hasSuffix("/") ? String(url.dropLast()) : url
        return LoginAddress.host(of: trimmed).map { _ in Sourced(trimmed, from: "GITHUB_SERVER_URL") }
    }

    /// The registry of the instance: GitHub Enterprise's has a name of its own, Gitea and Forgejo are their own.
    private static func registry(_ system: String, _ environment: Environment) -> String? {
        guard let server = server(system, environment)?.value else { return nil }
        guard system == "github" else { return LoginAddress.host(of: server) }
        if server == hostedServer { return "ghcr.io" }
        return LoginAddress.host(of: server).map { "containers.\($0)" }
    }

    private static func addRepository(to facts: inout JobFacts, _ environment: Environment) {
        guard let name = environment["GITHUB_REPOSITORY"], let registry = registry(facts.system, environment) else {
            return
        }
        facts.repository = Sourced("\(registry)/\(name.lowercased())", from: "GITHUB_REPOSITORY")
    }

    /// The short name is there where the full one is not handed on, say into a container.
    private static func addRef(to facts: inout JobFacts, _ environment: Environment) {
        let name = environment.first("GITHUB_REF_NAME")
        switch environment["GITHUB_REF_TYPE"] {
        case "tag": facts.tag = name
        // A pull request's is "12/merge", which is no branch.
        case "branch" where facts.branch == nil && facts.change == nil: facts.branch = name
        default: break
        }
    }

    private static func addPages(to facts: inout JobFacts, _ environment: Environment) {
        guard let name = environment["GITHUB_REPOSITORY"], let server = server(facts.system, environment) else {
            return
        }
        let project = "\(server.value)/\(name)"
        facts.projectURL = Sourced(project, from: "\(server.source), GITHUB_REPOSITORY")

        // Forgejo's pages go by the run's number in the repository; its GITHUB_RUN_ID is another one.
        let variable = facts.system == "forgejo" ? "GITHUB_RUN_NUMBER" : "GITHUB_RUN_ID"
        guard let run = environment[variable] else { return }
        let page = "\(project)/actions/runs/\(run)", source = "GITHUB_REPOSITORY, \(variable)"
        facts.pipelineURL = Sourced(page, from: source)
        // No variable tells the job's own number.
        let attempt = facts.system == "github" ? environment["GITHUB_RUN_ATTEMPT"] : nil
        facts.jobURL =
            attempt.map { Sourced("\(page)/attempts/\($0)", from: "\(source), GITHUB_RUN_ATTEMPT") }
            ?? facts.pipelineURL
    }

    /// Whether it is a pull request from a fork.
    ///
    /// No variable tells, only the event's file. `pull_request_target` runs the repository's own code, with its secrets.
    static func isFork(_ environment: Environment, reading read: (String) -> [UInt8]?) -> Bool {
        guard environment["GITHUB_EVENT_NAME"] == "pull_request", let path = environment["GITHUB_EVENT_PATH"],
            let text = read(path), let event = try? JSONValue(parsing: text),
            let head = event.object?["pull_request"]?.object?["head"]?.object
        else { return false }
        // A fork that was deleted since is null.
        guard let fork = head["repo"]?.object?["full_name"]?.string else { return true }
        return fork.lowercased() != environment["GITHUB_REPOSITORY"]?.lowercased()
    }
}
