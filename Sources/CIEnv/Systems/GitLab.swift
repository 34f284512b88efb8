extension CISystem {
    /// GitLab CI/CD (docs.gitlab.com/ci/variables/predefined_variables).
    static let gitlab = CISystem(
        "gitlab", "GitLab CI/CD", .isTrue("GITLAB_CI"),
        FactVariables(
            key: ["CI_JOB_ID"], commit: ["CI_COMMIT_SHA"],
            branch: ["CI_COMMIT_BRANCH", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"],
            tag: ["CI_COMMIT_TAG"], change: ["CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_IID"],
            jobURL: ["CI_JOB_URL"], pipelineURL: ["CI_PIPELINE_URL"], projectURL: ["CI_PROJECT_URL"]),
        refine: { facts, environment in
            facts.repository = environment.first("CI_REGISTRY_IMAGE") ?? facts.repository
            facts.environment = environment.first("CI_ENVIRONMENT_SLUG")
            facts.timeoutSeconds = environment["CI_JOB_TIMEOUT"].flatMap(LeaseDuration.plainSeconds)
        },
        logins: gitlabLogins,
        isFork: { environment, _ in
            guard let source = environment["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"],
                let target = environment["CI_MERGE_REQUEST_PROJECT_ID"]
            else { return false }
            return source != target
        },
        werfExports: gitlabWerfExports)

    private static func gitlabLogins(_ environment: Environment) -> LoginSet {
        var logins = LoginSet()
        // Older instances and local runners may have the image only; the host is what a login is for.
        if let registry = environment["CI_REGISTRY"] ?? environment["CI_REGISTRY_IMAGE"] {
            logins.addFirst(
                for: registry,
                of: [
                    .init("CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD"), .init(user: "gitlab-ci-token", "CI_JOB_TOKEN"),
                    .init("CI_DEPLOY_USER", "CI_DEPLOY_PASSWORD"),
                ], in: environment)
        }
        if let proxy = environment["CI_DEPENDENCY_PROXY_SERVER"] {
            let pair = LoginSet.Pair("CI_DEPENDENCY_PROXY_USER", "CI_DEPENDENCY_PROXY_PASSWORD")
            logins.addFirst(for: proxy, of: [pair], in: environment)
            // GitLab writes the port of HTTPS out, which the names of images mostly leave out.
            if proxy.hasSuffix(":443") { logins.addFirst(for: String(proxy.dropLast(4)), of: [pair], in: environment) }
        }
        return logins
    }

    private static func gitlabWerfExports(_ inputs: ExportInputs) -> [WerfExport] {
        let environment = inputs.environment
        let image = environment.first("CI_REGISTRY_IMAGE")
        let repository = environment["WERF_REPO"]
        // As werf decides it: without regard to where a component of the name ends.
        let isOwn = repository.map { $0.hasPrefix(environment["CI_REGISTRY"] ?? "") } ?? true
        return [
            WerfExport("WERF_REPO", image),
            WerfExport("WERF_REPO_CONTAINER_REGISTRY", image != nil && isOwn ? Sourced("gitlab", from: "CI_REGISTRY_IMAGE") : nil),
            WerfExport("WERF_ENV", inputs.facts.environment),
        ] + inputs.annotations + [
            .annotation("GITLAB_CI_PIPELINE_URL", "gitlab.ci.werf.io/pipeline-url", environment.first("CI_PIPELINE_URL")),
            .annotation("GITLAB_CI_JOB_URL", "gitlab.ci.werf.io/job-url", environment.first("CI_JOB_URL")),
        ] + inputs.logExports(colorMode: canShowColors(environment["CI_SERVER_VERSION"]) ? "on" : "off")
    }

    /// GitLab between 12.1.3 and 12.2.0 showed the codes of colours as text.
    private static func canShowColors(_ version: String?) -> Bool {
        let numbers = (version ?? "").prefix { $0 != "-" && $0 != "+" }.split(separator: ".").compactMap { Int($0) }
        return !(numbers.count == 3 && numbers[0] == 12 && numbers[1] == 1 && numbers[2] > 3)
    }
}
