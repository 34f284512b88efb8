internal import CIEnv
internal import Cleanup
internal import POSIX
internal import Registry

/// How people and programs get what came of a cleanup.
struct CleanupDelivery {
    private let writesJSON: Bool
    private let isVerbose: Bool
    private let reportPath: String?
    private let summaryPath: String?
    private let reporter: Reporter

    init(_ command: CleanupCommand, _ environment: Environment) {
        writesJSON = command.json
        isVerbose = command.common.verbose
        reportPath = command.report
        summaryPath = environment["GITHUB_STEP_SUMMARY"]
        reporter = command.common.reporter(environment)
    }

    func deliver(_ outcome: CleanupRun.Outcome) throws(Failure) {
        let report = outcome.report
        var output = OutputBuffer()
        if writesJSON {
            try report.writeJSON { piece throws(Failure) in try output.write(piece) }
        } else {
            try report.writeTable(isVerbose: isVerbose) { piece throws(Failure) in try output.write(piece) }
        }
        try output.flush()
        if let reportPath {
            try CleanupFile.write(reportPath) { sink throws(Failure) in try report.writeHTML(to: sink) }
        }
        if let summaryPath {
            do {
                try Delivery.append(report.markdown, to: summaryPath)
            } catch {
                reporter.warn("the job's summary is not written: \(error)")
            }
        }
    }

    /// Tells a person what was not done.
    func tell(_ outcome: CleanupRun.Outcome) {
        for failure in outcome.failures { reporter.report(failure) }
        for case .outcome(let outcome) in outcome.report.parts {
            tell(outcome)
        }
        for stop in outcome.stops { reporter.report(Failure(stop)) }
    }

    /// Tells what stays that was to go; the table has all of it, and here the first stands for all of its kind.
    private func tell(_ outcome: CleanupOutcome) {
        if writesJSON {
            for item in outcome.skipped {
                reporter.warn("\(outcome.view.repository.name(item.reference)) stays: \(item.reason)")
            }
        }
        var told: [RegistryError.Kind] = []
        for item in outcome.failed where writesJSON || !told.contains(item.error.kind) {
            told.append(item.error.kind)
            let name = outcome.view.repository.name(item.reference)
            reporter.report(Failure(item.error, of: "\(name) stays", about: name))
        }
    }
}

extension CleanupRun.Outcome {
    /// The exit code where not everything was done that was to be done.
    var exitCode: Int32? {
        var statuses = failures.map(\.status), isAnythingDone = false
        for case .outcome(let outcome) in report.parts {
            statuses += outcome.failed.map { Failure($0.error).status }
            if outcome.failed.isEmpty || !outcome.deleted.isEmpty { isAnythingDone = true }
        }
        // Where a plan is stopped nothing is done at all.
        if !stops.isEmpty { return ExitStatus.failed.rawValue }
        guard let first = statuses.first else { return nil }
        return (isAnythingDone ? ExitStatus.partly : first).rawValue
    }
}
