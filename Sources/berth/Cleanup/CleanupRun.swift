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
    let reporter: Reporter

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
    private struct FailedPart: Sendable {
        let part: CleanupReport.Failed
        let failure: Failure
    }

    private func prepare(
        _ parts: [(repository: Repository, policy: RepositoryPolicy)], _ settings: RegistrySettings, _ time: Timestamp
    ) async throws(Failure) -> [Prepared] {
        let now = time.secondsSince1970
        let evidence: [Evidence]
        do throws(CleanupError) {
            evidence = try await options.sources.collector(now: now).collect(parts)
        } catch {
            throw Failure(error)
        }
        var prepared: [Prepared] = []
        for ((repository, policy), evidence) in zip(parts, evidence) {
            do throws(SurveyFailure) {
                prepared.append(.ready(try await survey(repository, policy, evidence, settings, now: now)))
            } catch {
                switch error {
                case .registry(let error):
                    guard error.kind != .cancelled else { throw Failure(error) }
                    prepared.append(.failed(FailedPart(part: .init(repository, error), failure: Failure(error))))
                case .cleanup(let error):
                    prepared.append(.failed(FailedPart(part: .init(repository, error), failure: Failure(error))))
                }
            }
        }
        return prepared
    }

    private func survey(
        _ repository: Repository, _ policy: RepositoryPolicy, _ evidence: Evidence, _ settings: RegistrySettings,
        now: Int
    ) async throws(SurveyFailure) -> Work {
        let managed = try await registryFails { () async throws(RegistryError) in
            try await ManagedRepository.open(repository, settings, readOnly: !options.isApplied)
        }
        let planner = Planner(
            policy: policy, evidence: evidence, now: now, imagesGoWithLastTag: managed.imagesGoWithLastTag)
        let meters = PhaseMeters(repository, options, settings.pacing)
        defer { meters.finish() }
        let survey = Survey(of: managed, for: planner) { meters.set($0) }
        let (inventory, plan) = try await survey.run()
        let view = PlanView(
            repository, implementation: managed.implementation, policy: policy, evidence: evidence,
            inventory: inventory, plan: plan)
        return Work(
            managed: managed, policy: policy, planner: planner, inventory: inventory, plan: plan, view: view)
    }

    private func registryFails<Value>(
        _ work: () async throws(RegistryError) -> Value
    ) async throws(SurveyFailure) -> Value {
        do throws(RegistryError) { return try await work() } catch { throw .registry(error) }
    }

    // MARK: what is done

    private func outcome(of prepared: [Prepared], _ time: Timestamp) async throws(Failure) -> Outcome {
        var stops: [CleanupError] = []
        for case .ready(let work) in prepared {
            do throws(CleanupError) {
                try work.plan.check(work.policy.maxDelete, "\(work.view.repository)")
            } catch {
                stops.append(error)
            }
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
