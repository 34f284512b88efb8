internal import CIEnv
internal import Cleanup
internal import HTTP
internal import POSIX
internal import Registry

/// One cleanup from the evidence to what was deleted.
struct CleanupRun: Sendable {
    /// What a command line says of how it is done.
    struct Options: Sendable {
        let isApplied: Bool
        let shard: Shard
        let planOut: String?
        let sources: CleanupSourceOptions
        let common: CommonOptions
        let wantsProgress: Bool
        let environment: Environment
    }

    /// What came of it.
    struct Outcome: Sendable {
        /// What became of each repository.
        let report: CleanupReport
        /// Why there is no plan for some of them.
        var failures: [Failure] = []
        /// The policies' limits that stopped it.
        var stops: [CleanupError] = []
        /// Why a tag stays or goes, where that was asked.
        var explanation: String?
    }

    let task: CleanupTask
    let options: Options

    func outcome(_ settings: RegistrySettings) async throws(Failure) -> Outcome {
        let time = Timestamp(secondsSince1970: settings.pacing.unixTime())
        switch task {
        case .saved(let file): return try await outcome(of: file, settings, time)
        case .explain(let tag, let repository, let policy):
            let prepared = try await prepare([(repository, policy)], settings, time)
            guard let first = prepared.first else { return Outcome(report: report([], time)) }
            switch first {
            case .failed(let failed): throw failed.failure
            case .ready(let work):
                var outcome = Outcome(report: report([], time))
                outcome.explanation = try orCleanupFails { () throws(CleanupError) in
                    try work.view.explanation(of: tag, by: work.planner)
                }
                guard outcome.explanation != nil else {
                    throw Failure(.failed, "\(repository.name(.tag(tag))) does not exist")
                }
                return outcome
            }
        case .plan(let parts): return try await outcome(of: try await prepare(parts, settings, time), time)
        }
    }

    private func report(_ parts: [CleanupReport.Part], _ time: Timestamp) -> CleanupReport {
        CleanupReport(parts, time: time, isDryRun: !options.isApplied)
    }

    // MARK: plans

    /// One repository, of which it is known what is to become of it.
    struct Work: Sendable {
        let managed: ManagedRepository
        let policy: RepositoryPolicy
        let planner: Planner
        let inventory: Inventory
        let plan: Plan
        let view: PlanView
    }

    private enum Prepared: Sendable {
        case ready(Work)
        case failed(FailedPart)
    }

    /// A repository for which there is no plan.
    private struct FailedPart: Error {
        let part: CleanupReport.Failed
        let failure: Failure
    }

    /// Looks at all repositories first, and then at what holds their tags: what comes after a list is not in it.
    private func prepare(
        _ parts: [(repository: Repository, policy: RepositoryPolicy)], _ settings: RegistrySettings, _ time: Timestamp
    ) async throws(Failure) -> [Prepared] {
        let now = time.secondsSince1970
        var listed: [Result<Listed, FailedPart>] = []
        for (repository, policy) in parts {
            listed.append(
                try await surveyed(repository) { () async throws(SurveyFailure) in
                    try await list(repository, policy, settings, now: now)
                })
        }
        let evidence: [Evidence]
        do throws(CleanupError) {
            evidence = try await options.sources.collector(now: now).collect(parts)
        } catch {
            throw Failure(error)
        }
        var prepared: [Prepared] = []
        for ((result, part), evidence) in zip(zip(listed, parts), evidence) {
            switch result {
            case .failure(let failed): prepared.append(.failed(failed))
            case .success(let listed):
                let work = try await surveyed(part.repository) { () async throws(SurveyFailure) in
                    try await survey(listed, part.repository, part.policy, evidence)
                }
                switch work {
                case .success(let work): prepared.append(.ready(work))
                case .failure(let failed): prepared.append(.failed(failed))
                }
            }
        }
        return prepared
    }

    /// What of one repository may fail without ending the run.
    private func surveyed<Value>(
        _ repository: Repository, _ work: () async throws(SurveyFailure) -> Value
    ) async throws(Failure) -> Result<Value, FailedPart> {
        do throws(SurveyFailure) {
            return .success(try await work())
        } catch {
            switch error {
            case .registry(let error):
                guard error.kind != .cancelled else { throw Failure(error) }
                return .failure(FailedPart(part: .init(repository, error), failure: Failure(error)))
            case .cleanup(let error):
                return .failure(FailedPart(part: .init(repository, error), failure: Failure(error)))
            }
        }
    }

    /// A repository whose list is there.
    private struct Listed: Sendable {
        let managed: ManagedRepository
        let planner: Planner
        let survey: Survey
        let meters: PhaseMeters
    }

    private func list(
        _ repository: Repository, _ policy: RepositoryPolicy, _ settings: RegistrySettings, now: Int
    ) async throws(SurveyFailure) -> Listed {
        let managed = try await registryFails { () async throws(RegistryError) in
            try await ManagedRepository.open(repository, settings, readOnly: !options.isApplied)
        }
        let planner = Planner(
            policy: policy, evidence: Evidence(), now: now, imagesGoWithLastTag: managed.imagesGoWithLastTag)
        let meters = PhaseMeters(repository, options, settings.pacing)
        defer { meters.finish() }
        let survey = Survey(of: managed, for: planner) { meters.set($0) }
        try await survey.list()
        return Listed(managed: managed, planner: planner, survey: survey, meters: meters)
    }

    private func survey(
        _ listed: Listed, _ repository: Repository, _ policy: RepositoryPolicy, _ evidence: Evidence
    ) async throws(SurveyFailure) -> Work {
        defer { listed.meters.finish() }
        let (inventory, plan) = try await listed.survey.run(with: evidence)
        let view = PlanView(
            repository, implementation: listed.managed.implementation, policy: policy, evidence: evidence,
            inventory: inventory, plan: plan)
        return Work(
            managed: listed.managed, policy: policy, planner: listed.planner.with(evidence), inventory: inventory,
            plan: plan, view: view)
    }

    private func registryFails<Value>(
        _ work: () async throws(RegistryError) -> Value
    ) async throws(SurveyFailure) -> Value {
        do throws(RegistryError) { return try await work() } catch { throw .registry(error) }
    }

    // MARK: what is done

    private func outcome(of prepared: [Prepared], _ time: Timestamp) async throws(Failure) -> Outcome {
        var stopped: [Repository: CleanupError] = [:]
        for case .ready(let work) in prepared {
            do throws(CleanupError) {
                try work.plan.check(work.policy.maxDelete, "\(work.view.repository)")
            } catch {
                stopped[work.view.repository] = error
            }
        }
        let stops = prepared.compactMap { part in
            if case .ready(let work) = part { stopped[work.view.repository] } else { nil }
        }
        if let path = options.planOut, stops.isEmpty {
            let views = prepared.compactMap { part in if case .ready(let work) = part { work.view } else { nil } }
            try CleanupFile.write(path) { sink throws(Failure) in try PlanFile.write(views, time: time, to: sink) }
        }
        var parts: [CleanupReport.Part] = [], failures: [Failure] = []
        for part in prepared {
            switch part {
            case .failed(let failed):
                parts.append(.failure(failed.part))
                failures.append(failed.failure)
            case .ready(let work):
                var outcome = CleanupOutcome(work.view, isDryRun: !options.isApplied || !stops.isEmpty)
                outcome.shard = options.shard
                outcome.stop = stopped[work.view.repository]
                if options.isApplied, stops.isEmpty {
                    let order = DeletionOrder(work.plan, of: work.inventory, shard: options.shard)
                    let execution = OrderExecution(order, at: work.managed, knowing: work.inventory)
                    do throws(RegistryError) {
                        try await execute(execution, &outcome)
                    } catch {
                        throw Failure(error)
                    }
                }
                parts.append(.outcome(outcome))
            }
        }
        let isDryRun = !options.isApplied || !stops.isEmpty
        return Outcome(
            report: CleanupReport(parts, time: time, isDryRun: isDryRun), failures: failures, stops: stops)
    }

    private func outcome(
        of file: PlanFile, _ settings: RegistrySettings, _ time: Timestamp
    ) async throws(Failure) -> Outcome {
        var parts: [CleanupReport.Part] = [], failures: [Failure] = []
        for part in file.parts {
            var outcome = CleanupOutcome(part.view, isDryRun: !options.isApplied)
            if options.isApplied {
                do throws(RegistryError) {
                    let managed = try await ManagedRepository.open(part.view.repository, settings)
                    // What must be taken care of is different at each.
                    guard managed.implementation == part.view.implementation else {
                        throw RegistryError(
                            .unsupported,
                            "\(part.view.repository): the plan was made for the implementation"
                                + " \(part.view.implementation), and this is \(managed.implementation)",
                            hint: "make the plan anew, or name the implementation with --repo-implementation")
                    }
                    try await execute(OrderExecution(part.order, at: managed), &outcome)
                } catch {
                    guard error.kind != .cancelled else { throw Failure(error) }
                    parts.append(.failure(.init(part.view.repository, error)))
                    failures.append(Failure(error))
                    continue
                }
            }
            parts.append(.outcome(outcome))
        }
        return Outcome(report: report(parts, time), failures: failures)
    }

    private func execute(
        _ execution: OrderExecution, _ outcome: inout CleanupOutcome
    ) async throws(RegistryError) {
        let meter = ProgressMeter(
            "deleting from \(outcome.view.repository)", .items("references"), options.common,
            isWanted: options.wantsProgress, options.environment, clock: .system)
        defer { meter.finish() }
        let report = try await execution.run { done, count in meter.set(done: done, total: count) }
        outcome.note(report)
    }
}
