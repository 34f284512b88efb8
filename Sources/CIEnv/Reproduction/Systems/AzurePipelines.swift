/// What Azure Pipelines sets.
///
/// https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables
enum AzurePipelines {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [
            run(job), source(job), job.remote.map(repository) ?? [:], job.remote.map(organization) ?? [:],
            job.change.map { change($0, job) } ?? [:],
        ]
    }

    /// The agent's, and the pipeline's besides the sources.
    static let directories = [
        "AGENT_TEMPDIRECTORY": "temp", "AGENT_TOOLSDIRECTORY": "tools", "PIPELINE_WORKSPACE": "workspace",
        "AGENT_BUILDDIRECTORY": "workspace", "BUILD_STAGINGDIRECTORY": "staging",
        "BUILD_ARTIFACTSTAGINGDIRECTORY": "staging", "BUILD_BINARIESDIRECTORY": "binaries",
        "COMMON_TESTRESULTSDIRECTORY": "results",
    ]

    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "TF_BUILD": "True", "SYSTEM": "build", "SYSTEM_HOSTTYPE": "build", "SYSTEM_JOBID": LocalJob.uuid,
            "SYSTEM_JOBATTEMPT": "1", "SYSTEM_JOBNAME": LocalJob.name, "SYSTEM_JOBDISPLAYNAME": LocalJob.name,
            "SYSTEM_STAGENAME": "__default", "SYSTEM_STAGEATTEMPT": "1", "SYSTEM_PHASEATTEMPT": "1",
            "SYSTEM_DEFAULTWORKINGDIRECTORY": job.directory,
            "AGENT_JOBNAME": LocalJob.name, "AGENT_JOBSTATUS": "Succeeded", "AGENT_OS": "Linux",
            "AGENT_OSARCHITECTURE": goArchitecture == "arm64" ? "ARM64" : "X64",
            "BUILD_BUILDID": LocalJob.number, "BUILD_BUILDNUMBER": LocalJob.number,
            "BUILD_BUILDURI": "vstfs:///Build/Build/\(LocalJob.number)", "BUILD_DEFINITIONVERSION": "1",
            "BUILD_REASON": job.change == nil ? "IndividualCI" : "PullRequest",
            "BUILD_REQUESTEDFOR": job.user.name, "BUILD_REQUESTEDFOREMAIL": job.user.email,
            "BUILD_SOURCESDIRECTORY": job.directory, "BUILD_REPOSITORY_LOCALPATH": job.directory,
            "BUILD_REPOSITORY_CLEAN": "False", "BUILD_REPOSITORY_GIT_SUBMODULECHECKOUT": "False",
        ]
    }

    private static func source(_ job: LocalJob) -> VariableGroup {
        let reference = job.change.map { "refs/pull/\($0.number)/merge" } ?? job.reference
        return [
            "BUILD_SOURCEBRANCH": reference,
            "BUILD_SOURCEBRANCHNAME": reference?.split(separator: "/").last.map(String.init),
            "BUILD_SOURCEVERSION": job.commit, "BUILD_SOURCEVERSIONAUTHOR": job.message?.authorName,
            "BUILD_SOURCEVERSIONMESSAGE": job.message.map { String($0.title.prefix(200)) },
        ]
    }

    private static func repository(_ remote: LocalJob.Remote) -> VariableGroup {
        let providers = ["azure-pipelines": "TfsGit", "github": "GitHub", "bitbucket": "Bitbucket"]
        let provider = remote.forge.flatMap { providers[$0] } ?? "Git"
        return [
            "BUILD_REPOSITORY_PROVIDER": provider, "BUILD_REPOSITORY_URI": address(remote),
            "BUILD_REPOSITORY_NAME": provider == "TfsGit" ? remote.name : remote.path,
        ]
    }

    /// The page is the address of all but hosts that Azure Pipelines does not know.
    private static func address(_ remote: LocalJob.Remote) -> String {
        remote.forge == nil ? remote.cloneURL : remote.page
    }

    /// What follows for sources in Azure Repos, which are in the pipeline's organization and project.
    private static func organization(_ remote: LocalJob.Remote) -> VariableGroup {
        var parts = remote.path.split(separator: "/").map(String.init)
        var address = "\(remote.server)/"
        // Organizations that are older than dev.azure.com have a host each.
        if remote.host == "dev.azure.com", !parts.isEmpty { address += "\(parts.removeFirst())/" }
        guard remote.forge == "azure-pipelines", parts.count == 3, parts[1] == "_git" else { return [:] }
        return [
            "SYSTEM_COLLECTIONURI": address, "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": address,
            "SYSTEM_TEAMFOUNDATIONSERVERURI": address, "SYSTEM_TEAMPROJECT": parts[0],
        ]
    }

    /// What follows for a pull request.
    ///
    /// Names of branches are full ones in Azure Repos. Elsewhere a pull request has an id besides its number, which
    /// nothing tells.
    private static func change(_ change: LocalJob.Change, _ job: LocalJob) -> VariableGroup {
        let isOwn = job.remote?.forge == "azure-pipelines"
        let prefix = isOwn ? "refs/heads/" : ""
        return [
            "SYSTEM_PULLREQUEST_PULLREQUESTID": when(isOwn, change.number),
            "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": when(!isOwn, change.number),
            "SYSTEM_PULLREQUEST_SOURCEBRANCH": job.branch.map { prefix + $0 },
            "SYSTEM_PULLREQUEST_TARGETBRANCH": change.target.map { prefix + $0 },
            "SYSTEM_PULLREQUEST_TARGETBRANCHNAME": change.target,
            "SYSTEM_PULLREQUEST_SOURCECOMMITID": job.commit,
            "SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI": job.remote.map(address),
            "SYSTEM_PULLREQUEST_ISFORK": "False",
        ]
    }
}
