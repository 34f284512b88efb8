/// What Jenkins sets for a multibranch pipeline, with its git plugin.
///
/// https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
enum Jenkins {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [run(job), source(job), job.change.map { change($0, job) } ?? [:]]
    }

    /// What a multibranch project calls a job: its branch, tag or change.
    private static func name(_ job: LocalJob) -> String? { job.change.map { "PR-\($0.number)" } ?? job.referenceName }

    private static func run(_ job: LocalJob) -> VariableGroup {
        let base = name(job).map(encoded)
        let path = [job.projectName, base].compactMap { $0 }
        let tag = "jenkins-\(path.joined(separator: "-"))-\(LocalJob.number)"
        return [
            // Every job has it, and nobody answers there (RFC 2606).
            "JENKINS_URL": "https://jenkins.invalid/", "CI": "true", "BUILD_ID": LocalJob.number,
            "BUILD_NUMBER": LocalJob.number, "BUILD_DISPLAY_NAME": "#\(LocalJob.number)",
            "BUILD_TAG": tag.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "-"),
            "JOB_NAME": path.joined(separator: "/"), "JOB_BASE_NAME": path.last, "EXECUTOR_NUMBER": "0",
            "NODE_NAME": "built-in", "NODE_LABELS": "built-in", "WORKSPACE": job.directory,
        ]
    }

    private static func source(_ job: LocalJob) -> VariableGroup {
        let isPrimary = job.change == nil && job.branch != nil && job.branch == job.defaultBranch
        return [
            "GIT_COMMIT": job.commit, "GIT_BRANCH": name(job), "GIT_URL": job.remote?.cloneURL,
            "BRANCH_NAME": name(job), "BRANCH_IS_PRIMARY": when(isPrimary, "true"), "TAG_NAME": job.tag,
        ]
    }

    private static func change(_ change: LocalJob.Change, _ job: LocalJob) -> VariableGroup {
        [
            "CHANGE_ID": change.number, "CHANGE_BRANCH": job.branch, "CHANGE_TARGET": change.target,
            "CHANGE_URL": job.changePage,
        ]
    }

    /// A branch's name as one part of a path.
    private static func encoded(_ name: String) -> String {
        name.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%25")
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
    }
}
