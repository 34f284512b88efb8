/// Which variables of a CI system hold a job's facts: of each list, the first that has a value.
struct FactVariables: Sendable {
    /// What together tells this job from all others.
    var key: [String] = []
    var commit: [String] = []
    var branch: [String] = []
    var tag: [String] = []
    var change: [String] = []
    var jobURL: [String] = []
    var pipelineURL: [String] = []
    var projectURL: [String] = []

    /// The facts of a job. What the user says by `BERTH_…` comes after what the system says, but for the repository,
    /// which no variable of most systems holds.
    func facts(of system: String, in environment: Environment) -> JobFacts {
        var facts = JobFacts(system: system)
        let key = key.compactMap { environment[$0] }
        facts.jobKey = key.isEmpty ? nil : key.joined(separator: "-")
        facts.repository = environment.first("BERTH_REPO")
        facts.commit = first(commit, "BERTH_COMMIT", environment)
        facts.tag = first(tag, "BERTH_TAG", environment)
        facts.branch = facts.tag == nil ? first(branch, "BERTH_BRANCH", environment) : nil
        facts.change = first(change, "BERTH_CHANGE", environment)
        // Travis' and Buildkite's way of saying that there is none.
        if facts.change?.value == "false" { facts.change = nil }
        facts.jobURL = first(jobURL, "BERTH_JOB_URL", environment)
        facts.pipelineURL = first(pipelineURL, "BERTH_PIPELINE_URL", environment)
        facts.projectURL = first(projectURL, nil, environment)
        return facts
    }

    private func first(_ names: [String], _ neutral: String?, _ environment: Environment) -> Sourced? {
        for name in names {
            if let value = environment[name] { return Sourced(value, from: name) }
        }
        return neutral.flatMap { environment.first($0) }
    }
}

/// Text that CI systems put together from parts.
enum Parts {
    /// `text` without `prefix`, or `nil` where it does not begin so, or nothing is left.
    static func after(_ prefix: String, _ text: String?) -> String? {
        guard let text, text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count else { return nil }
        return String(text.dropFirst(prefix.count))
    }

    /// The last part of `text` between slashes.
    static func last(_ text: String) -> String {
        text.split(separator: "/").last.map(String.init) ?? ""
    }

    /// The web page of a repository by the address that git has for it, without a user or password in it.
    static func webPage(ofGit address: String) -> String? {
        var text = address
        if text.hasSuffix(".git") { text.removeLast(4) }
        if let rest = after("https://", text) ?? after("http://", text) ?? after("ssh://", text) {
            let scheme = text.hasPrefix("http://") ? "http" : "https"
            return rest.split(separator: "@").last.map { "\(scheme)://\($0)" }
        }
        // git@host:owner/name
        guard let at = text.firstIndex(of: "@"), let colon = text[at...].firstIndex(of: ":") else { return nil }
        return "https://\(text[text.index(after: at)..<colon])/\(text[text.index(after: colon)...])"
    }
}
