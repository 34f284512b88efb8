/// What Codefresh sets.
///
/// https://codefresh.io/docs/docs/pipelines/variables/
enum Codefresh {
    /// Builds are counted by 24 hexadecimal digits.
    private static let build = String(repeating: "0", count: 24)

    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [run(job), source(job), job.change.map(pullRequest) ?? [:]]
    }

    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "CI": "true", "CF_BUILD_ID": build, "CF_BUILD_URL": "https://g.codefresh.io/build/\(build)",
            "CF_URL": "https://g.codefresh.io", "CF_BUILD_TRIGGER": "webhook", "CF_BUILD_INITIATOR": job.user.login,
            "CF_STEP_NAME": LocalJob.name,
        ]
    }

    private static func source(_ job: LocalJob) -> VariableGroup {
        let name = job.referenceName.map(normalized)
        return [
            "CF_REPO_OWNER": job.remote?.owner, "CF_REPO_NAME": job.remote?.name,
            // A tag is called a branch too; the tag's own variable is a release's, which is what a tag is built for.
            "CF_BRANCH": job.referenceName, "CF_BRANCH_TAG_NORMALIZED": name,
            "CF_BRANCH_TAG_NORMALIZED_LOWER_CASE": name?.lowercased(), "CF_RELEASE_TAG": job.tag,
            "CF_REVISION": job.commit, "CF_SHORT_REVISION": job.shortCommit(7), "CF_COMMIT_URL": job.commitPage,
            "CF_COMMIT_AUTHOR": job.message?.authorName, "CF_COMMIT_MESSAGE": job.message.map { escaped($0.text) },
        ]
    }

    private static func pullRequest(_ change: LocalJob.Change) -> VariableGroup {
        [
            "CF_PULL_REQUEST_NUMBER": change.number, "CF_PULL_REQUEST_TARGET": change.target,
            "CF_PULL_REQUEST_ACTION": "synchronize", "CF_PULL_REQUEST_IS_FORK": "false",
        ]
    }

    /// A name that can be an image's tag.
    private static func normalized(_ name: String) -> String {
        let fitting = name.unicodeScalars.map { scalar -> UInt8 in
            let byte = UInt8(exactly: scalar.value) ?? 0
            return byte.isASCIIAlphanumeric(or: "-._") ? byte : UInt8(ascii: "_")
        }
        return String(decoding: fitting, as: UTF8.self)
    }

    /// A message as it stands in the variable: quotes, and nothing else, are escaped.
    private static func escaped(_ message: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in message.unicodeScalars {
            if scalar == "'" || scalar == "\"" { text.append("\\") }
            text.append(scalar)
        }
        return String(text)
    }
}
