extension CISystem {
    /// Azure Pipelines (learn.microsoft.com/azure/devops/pipelines/build/variables), whose refs come written out.
    static let azurePipelines = CISystem(
        "azure-pipelines", "Azure Pipelines", .isTrue("TF_BUILD"),
        FactVariables(
            key: ["SYSTEM_JOBID", "SYSTEM_JOBATTEMPT"],
            commit: ["SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"],
            change: ["SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID"]),
        refine: { facts, environment in
            let ref = environment["BUILD_SOURCEBRANCH"]
            if let tag = Parts.after("refs/tags/", ref) {
                facts.tag = Sourced(tag, from: "BUILD_SOURCEBRANCH")
                facts.branch = nil
            } else if let head = environment["SYSTEM_PULLREQUEST_SOURCEBRANCH"] {
                facts.branch = Sourced(Parts.after("refs/heads/", head) ?? head, from: "SYSTEM_PULLREQUEST_SOURCEBRANCH")
            } else if let branch = Parts.after("refs/heads/", ref) {
                facts.branch = Sourced(branch, from: "BUILD_SOURCEBRANCH")
            }
            facts.projectURL = environment["BUILD_REPOSITORY_URI"].flatMap(Parts.webPage).map {
                Sourced($0, from: "BUILD_REPOSITORY_URI")
            }
            if let server = environment["SYSTEM_TEAMFOUNDATIONSERVERURI"], let build = environment["BUILD_BUILDID"],
                let project = environment["SYSTEM_TEAMPROJECTID"]
            {
                let page = "\(server)\(project)/_build/results?buildId=\(build)"
                facts.pipelineURL = Sourced(page, from: "BUILD_BUILDID")
                facts.jobURL = environment["SYSTEM_JOBID"].map {
                    Sourced("\(page)&view=logs&j=\($0)", from: "SYSTEM_JOBID")
                }
            }
            facts.temporaryDirectory = environment.first("AGENT_TEMPDIRECTORY")
        },
        isFork: { environment, _ in environment.isTrue("SYSTEM_PULLREQUEST_ISFORK") })
}
