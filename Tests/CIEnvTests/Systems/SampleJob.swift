internal import CIEnv
internal import Testing

/// A job of a CI system: the variables that it has, and what is to be known of it by them.
struct SampleJob: CustomTestStringConvertible, Sendable {
    let system: String
    let what: String
    let environment: [String: String]
    /// By the names of ``JobFacts/summary``.
    let facts: [String: String]
    /// Whether its code is from a fork, which `what` says.
    var isFork: Bool { what.hasSuffix("from a fork") }

    var testDescription: String { "\(system), \(what)" }

    init(_ system: String, _ what: String, _ environment: [String: String], _ facts: [String: String]) {
        self.system = system
        self.what = what
        self.environment = environment
        self.facts = facts
    }

    static let commit = "8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901"

    static let all = gitLab + gitHub + hosted + selfHosted
}

extension JobFacts {
    /// All that is known but the system, in a form that is easy to write down and to compare.
    var summary: [String: String] {
        let facts: [String: String?] = [
            "key": jobKey, "repo": repository?.value, "commit": commit?.value, "branch": branch?.value,
            "tag": tag?.value,
            "change": change?.value, "job": jobURL?.value, "pipeline": pipelineURL?.value, "project": projectURL?.value,
            "env": environment?.value, "timeout": timeoutSeconds.map(String.init),
            "tmp": temporaryDirectory?.value,
        ]
        return facts.compactMapValues { $0 }
    }
}
