/// What AWS CodeBuild's row in the table cannot say.
///
/// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
enum CodeBuild {
    /// Reads what started the build: `branch/NAME`, `tag/NAME` or `pr/NUMBER`.
    static let refine: @Sendable (inout JobFacts, Environment) -> Void = { facts, environment in
        func trigger(_ kind: String, _ variable: String = "CODEBUILD_WEBHOOK_TRIGGER") -> Sourced? {
            environment.first([variable]) { text in
                text.hasPrefix("\(kind)/") ? String(text.dropFirst(kind.count + 1)).nonEmpty : nil
            }
        }
        facts.tag = facts.tag ?? trigger("tag")
        facts.branch = facts.branch ?? trigger("branch")
        // A build that was started by hand for a pull request has no trigger.
        let change = trigger("pr") ?? trigger("pr", "CODEBUILD_SOURCE_VERSION")
        facts.change = change.flatMap { RefName.change($0.value) == nil ? nil : $0 }
    }
}
