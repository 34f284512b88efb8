// What several systems make of a job in the same way.
extension LocalJob {
    /// What a job is called whose name nothing tells.
    static let name = "reproduce"
    /// The number of a run that never was.
    static let number = "1"
    /// Its UUID, where the system counts by them.
    static let uuid = "00000000-0000-0000-0000-000000000000"

    /// `refs/heads/…` or `refs/tags/…`.
    var reference: String? { tag.map { "refs/tags/\($0)" } ?? branch.map { "refs/heads/\($0)" } }

    /// The branch or the tag.
    var referenceName: String? { tag ?? branch }

    /// The first `count` digits of the commit id.
    func shortCommit(_ count: Int) -> String? { commit.map { String($0.prefix(count)) } }

    /// What the project is called: the last part of its path, or the directory's name.
    var projectName: String { remote?.name ?? directory.split(separator: "/").last.map(String.init) ?? "project" }

    /// The page of the change.
    var changePage: String? { change.flatMap { change in remote.flatMap { $0.page(ofChange: change.number) } } }
    /// The page of the commit.
    var commitPage: String? { commit.flatMap { commit in remote.flatMap { $0.page(ofCommit: commit) } } }
}

extension LocalJob.Remote {
    /// The address to clone from by SSH.
    var sshURL: String { "git@\(hostName):\(path).git" }

    /// What kind of host it is, by the name of that host's own CI system; absent where its name does not tell.
    var forge: String? { CISystem.all.first { $0.isHome(hostName) }?.name }

    /// Where such a host shows merge or pull requests.
    func page(ofChange number: String) -> String? {
        let places = [
            "github": "pull", "gitea": "pulls", "forgejo": "pulls", "gitlab": "-/merge_requests",
            "bitbucket": "pull-requests", "azure-pipelines": "pullrequest",
        ]
        return forge.flatMap { places[$0] }.map { "\(page)/\($0)/\(number)" }
    }

    /// Where such a host shows commits.
    func page(ofCommit commit: String) -> String? {
        let places = [
            "github": "commit", "gitea": "commit", "forgejo": "commit", "gitlab": "-/commit", "bitbucket": "commits",
            "azure-pipelines": "commit",
        ]
        return forge.flatMap { places[$0] }.map { "\(page)/\($0)/\(commit)" }
    }
}

/// `text`, where `condition` holds.
func when(_ condition: Bool, _ text: @autoclosure () -> String?) -> String? { condition ? text() : nil }

#if arch(arm64)
    /// This machine, as Go names it.
    let goArchitecture = "arm64"
#else
    /// This machine, as Go names it.
    let goArchitecture = "amd64"
#endif
