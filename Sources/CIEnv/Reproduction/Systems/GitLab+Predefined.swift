/// What GitLab sets.
///
/// https://docs.gitlab.com/ci/variables/predefined_variables/
extension GitLab {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [
            run(job), commit(job), job.change == nil ? reference(job) : [:],
            job.remote.map(server) ?? [:], job.remote.map(project) ?? [:], job.remote.map(images) ?? [:],
            job.change.map { change($0, job) } ?? [:],
        ]
    }

    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "CI": "true", "GITLAB_CI": "true", "CI_SERVER": "yes", "CI_SERVER_NAME": "GitLab",
            "CI_PIPELINE_ID": LocalJob.number, "CI_PIPELINE_IID": LocalJob.number,
            "CI_PIPELINE_SOURCE": job.change == nil ? "push" : "merge_request_event",
            "CI_PIPELINE_URL": job.remote.map { "\($0.page)/-/pipelines/\(LocalJob.number)" },
            "CI_JOB_ID": LocalJob.number, "CI_JOB_NAME": LocalJob.name, "CI_JOB_NAME_SLUG": LocalJob.name,
            "CI_JOB_STAGE": "test", "CI_JOB_STATUS": "running",
            "CI_JOB_URL": job.remote.map { "\($0.page)/-/jobs/\(LocalJob.number)" },
            "CI_NODE_TOTAL": "1", "CI_CONCURRENT_ID": "0", "CI_CONCURRENT_PROJECT_ID": "0",
            "CI_CONFIG_PATH": ".gitlab-ci.yml", "CI_PROJECT_DIR": job.directory,
            "CI_RUNNER_EXECUTABLE_ARCH": "linux/\(goArchitecture)",
            "CI_DEFAULT_BRANCH": job.defaultBranch, "CI_DEFAULT_BRANCH_SLUG": job.defaultBranch.map(slug),
            "GITLAB_USER_LOGIN": job.user.login, "GITLAB_USER_NAME": job.user.name,
            "GITLAB_USER_EMAIL": job.user.email,
        ]
    }

    private static func commit(_ job: LocalJob) -> VariableGroup {
        let isFirst = job.change != nil || job.tag != nil
        return [
            "CI_COMMIT_SHA": job.commit, "CI_COMMIT_SHORT_SHA": job.shortCommit(8),
            // Whatever was pushed before, only GitLab knows.
            "CI_COMMIT_BEFORE_SHA": when(isFirst, job.commit.map { String(repeating: "0", count: $0.count) }),
            "CI_COMMIT_REF_NAME": job.referenceName, "CI_COMMIT_REF_SLUG": job.referenceName.map(slug),
            "CI_COMMIT_MESSAGE": job.message?.text, "CI_COMMIT_TITLE": job.message?.title,
            "CI_COMMIT_DESCRIPTION": job.message.map { $0.title.count < 100 ? $0.body : $0.text },
            "CI_COMMIT_AUTHOR": job.message?.author, "CI_COMMIT_TIMESTAMP": job.message?.time,
        ]
    }

    /// What a merge request's pipeline has not.
    private static func reference(_ job: LocalJob) -> VariableGroup {
        ["CI_COMMIT_BRANCH": job.branch, "CI_COMMIT_TAG": job.tag, "CI_COMMIT_TAG_MESSAGE": job.tagMessage]
    }

    private static func server(_ remote: LocalJob.Remote) -> VariableGroup {
        [
            "CI_SERVER_URL": remote.server, "CI_SERVER_PROTOCOL": remote.scheme, "CI_SERVER_HOST": remote.hostName,
            "CI_SERVER_PORT": remote.port, "CI_SERVER_FQDN": remote.host,
            "CI_API_V4_URL": "\(remote.server)/api/v4", "CI_API_GRAPHQL_URL": "\(remote.server)/api/graphql",
            "CI_TEMPLATE_REGISTRY_HOST": "registry.gitlab.com",
            "CI_PAGES_DOMAIN": when(isHosted(remote), "gitlab.io"),
        ]
    }

    private static func project(_ remote: LocalJob.Remote) -> VariableGroup {
        [
            "CI_PROJECT_NAME": remote.name, "CI_PROJECT_TITLE": remote.name, "CI_PROJECT_PATH": remote.path,
            "CI_PROJECT_PATH_SLUG": slug(remote.path), "CI_PROJECT_NAMESPACE": remote.owner,
            "CI_PROJECT_NAMESPACE_SLUG": remote.owner.map(slug), "CI_PROJECT_ROOT_NAMESPACE": remote.rootOwner,
            "CI_PROJECT_URL": remote.page, "CI_REPOSITORY_URL": remote.cloneURL,
        ]
    }

    /// The project's registry, whose address only gitlab.com's users know beforehand, and the groups' dependency proxy.
    private static func images(_ remote: LocalJob.Remote) -> VariableGroup {
        let proxy = "\(remote.hostName):\(remote.port)"
        return [
            "CI_REGISTRY": when(isHosted(remote), "registry.gitlab.com"),
            "CI_REGISTRY_IMAGE": when(isHosted(remote), "registry.gitlab.com/\(remote.path.lowercased())"),
            "CI_DEPENDENCY_PROXY_SERVER": proxy,
            "CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX": remote.rootOwner.map { images(of: $0, proxy) },
            "CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX": remote.owner.map { images(of: $0, proxy) },
        ]
    }

    private static func images(of group: String, _ proxy: String) -> String {
        "\(proxy)/\(group.lowercased())/dependency_proxy/containers"
    }

    /// A merge request within the project.
    private static func change(_ change: LocalJob.Change, _ job: LocalJob) -> VariableGroup {
        [
            "CI_MERGE_REQUEST_IID": change.number,
            "CI_MERGE_REQUEST_REF_PATH": "refs/merge-requests/\(change.number)/head",
            "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": change.base,
            "CI_MERGE_REQUEST_PROJECT_PATH": job.remote?.path, "CI_MERGE_REQUEST_PROJECT_URL": job.remote?.page,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": job.remote?.path,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_URL": job.remote?.page,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": job.branch,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": change.target,
            // Only pipelines of the merged result have these.
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "",
        ]
    }

    private static func isHosted(_ remote: LocalJob.Remote) -> Bool { remote.host == "gitlab.com" }

    /// `text` as GitLab makes it fit for URLs and names of hosts.
    static func slug(_ text: String) -> String {
        let fitting = text.lowercased().unicodeScalars.map { scalar -> UInt8 in
            let byte = UInt8(exactly: scalar.value) ?? 0
            return byte.isASCIIAlphanumeric() ? byte : UInt8(ascii: "-")
        }
        let isHyphen = { (byte: UInt8) in byte == UInt8(ascii: "-") }
        let start = fitting.prefix(63).drop(while: isHyphen)
        return String(decoding: start.reversed().drop(while: isHyphen).reversed(), as: UTF8.self)
    }
}
