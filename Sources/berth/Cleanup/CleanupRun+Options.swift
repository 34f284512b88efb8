internal import CIEnv
internal import Cleanup
internal import HTTP
internal import POSIX
internal import Registry

extension CleanupRun.Options {
    /// What `command` and the environment say.
    init(_ command: CleanupCommand, _ environment: Environment) throws(Failure) {
        isApplied = command.apply
        shard = try Shard(command.shard, environment)
        guard command.plan == nil || shard == .whole else {
            throw Failure(
                .usage, "a saved plan is done as a whole, and this would be part \(shard)",
                hint: "let one job do it, or let each make its own plan: without --plan")
        }
        if shard != .whole, command.shard == nil {
            let source =
                environment["BERTH_SHARD"] != nil
                ? "BERTH_SHARD" : environment["CI_NODE_INDEX"] != nil ? "CI_NODE_INDEX" : "JOB_COMPLETION_INDEX"
            command.common.reporter(environment).note(
                "this is part \(shard) of the work, by \(source); --shard 1/1 is all of it")
        }
        planOut = command.planOut
        sources = command.sources
        common = command.common
        wantsProgress = command.progress
        self.environment = environment
    }
}

extension Shard {
    /// The part that an option or the CI system names; the whole where nobody does.
    ///
    /// GitLab counts its parallel jobs from 1 and says how many there are. Kubernetes counts the pods of an Indexed Job
    /// from 0, and a pod cannot know how many there are.
    fileprivate init(_ option: String?, _ environment: Environment) throws(Failure) {
        if let text = option ?? environment["BERTH_SHARD"] {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let number = parts[0], let count = parts[1], let shard = Shard(number, of: count)
            else {
                throw Failure(.usage, "\(text) is no part of a whole", hint: "the second of five is 2/5")
            }
            self = shard
        } else if let text = environment["CI_NODE_INDEX"] {
            let total = environment["CI_NODE_TOTAL"]
            guard let number = Int(text), let count = total.flatMap({ Int($0) }), let shard = Shard(number, of: count)
            else {
                throw Failure(
                    .badConfiguration,
                    "CI_NODE_INDEX is \(text) and CI_NODE_TOTAL is \(total ?? "not set"): that is no part of a whole",
                    hint: "say which part it is with --shard, 1/1 for all of it")
            }
            self = shard
        } else if let text = environment["JOB_COMPLETION_INDEX"] {
            let total = environment["BERTH_SHARD_TOTAL"]
            guard let index = Int(text), let count = total.flatMap({ Int($0) }), let shard = Shard(index + 1, of: count)
            else {
                throw Failure(
                    .badConfiguration,
                    "this is pod \(text) of an Indexed Job, and BERTH_SHARD_TOTAL is \(total ?? "not set")",
                    hint: "set BERTH_SHARD_TOTAL to the Job's completions, or say --shard 1/1 for all of it")
            }
            self = shard
        } else {
            self = .whole
        }
    }
}

/// The meters of a survey, one for each part of its work.
final class PhaseMeters: Sendable {
    private let meters: [Survey.Progress.Phase: ProgressMeter]

    init(_ repository: Repository, _ options: CleanupRun.Options, _ clock: Pacing) {
        func meter(_ title: String, _ items: String) -> ProgressMeter {
            ProgressMeter(
                "\(title) of \(repository)", .items(items), options.common, isWanted: options.wantsProgress,
                options.environment, clock: clock)
        }
        meters = [
            .listing: meter("listing tags", "tags"), .images: meter("reading images", "images"),
            .graph: meter("reading manifests", "manifests"),
        ]
    }

    func set(_ progress: Survey.Progress) {
        meters[progress.phase]?.set(done: progress.done, total: progress.count)
    }

    func finish() {
        for meter in meters.values { meter.finish() }
    }
}
