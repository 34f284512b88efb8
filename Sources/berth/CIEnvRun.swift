internal import CIEnv
internal import POSIX

/// `berth ci-env`, from its arguments to its exit code.
struct CIEnvRun {
    private let arguments: CIEnvArguments
    private let environment: Environment
    private let reporter: Reporter

    init(_ arguments: CIEnvArguments, environment: Environment, reporter: Reporter) {
        self.arguments = arguments
        self.environment = environment
        self.reporter = reporter
    }

    /// Gives the job its directory, and its shell what to evaluate: all of it, or what makes the shell fail.
    ///
    /// - Parameter reproduced: The job, where it is not the one that berth is run in.
    /// - Returns: The exit code.
    func run(reproducing reproduced: () throws(Failure) -> ReproducedJob? = { () in nil }) -> Int32 {
        do throws(Failure) {
            try give(reproduced())
            return ExitStatus.success.rawValue
        } catch {
            reporter.report(error)
            FailingScript(arguments, environment).write(error.status.rawValue)
            return error.status.rawValue
        }
    }

    private func give(_ reproduced: ReproducedJob?) throws(Failure) {
        var arguments = arguments
        if let reproduced { arguments.system = reproduced.system.name }
        let preparation = try JobPreparation.prepare(
            arguments, environment: environment, reporter: reporter, reproducing: reproduced)
        if let signal = try preparation.verifyLogins(in: environment) { end(by: signal) }
        let output = preparation.options.output, directory = preparation.plan.directory
        let delivery = try Delivery(output, environment: environment)
        // Before anything is written, since a value may be one that the format cannot carry.
        var exports = delivery.exports(of: preparation.plan)
        let unwritable = reproduced?.unwritable(exports, for: output.shell) ?? []
        if !unwritable.isEmpty {
            exports.removeAll(where: unwritable.contains)
            let names = unwritable.map(\.name).joined(separator: ", ")
            reporter.note("left out, as \(output.shell.rawValue) has no way to write their values: \(names)")
        }
        let script = try render(exports, for: output.shell)
        let lease = preparation.lease(owners: [owner(output, in: preparation.host)].compactMap { $0 })
        let file = output.destination == .jobDirectory ? (JobPlan.scriptName(output.shell), script) : nil

        let signals = SignalsHeld()
        do throws(CIEnvError) {
            try directory.make(preparation.plan.entries(lease: lease, script: file), in: preparation.root)
        } catch {
            throw Failure(error)
        }
        var interruption: Signal?
        do throws(Failure) {
            interruption = try preparation.verifyDemand(in: environment)
            preparation.watch(lease, in: environment)
            if preparation.options.explains { reporter.print(preparation.explanation) }
            if interruption == nil, signals.pending == nil {
                return try delivery.write(script, of: preparation.plan, secrets: { preparation.secrets() })
            }
        } catch {
            preparation.discard()
            throw error
        }
        if let signal = interruption ?? signals.pending {
            preparation.discard()
            end(by: signal)
        }
    }

    /// Ends as the signal would have it, and the shell with it.
    private func end(by signal: Signal) -> Never {
        FailingScript(arguments, environment).write(128 + signal.rawValue)
        CurrentProcess.die(of: signal)
    }

    /// Makes the shell fail where `words`, those behind `ci-env`, could not be read.
    static func failEvaluatingShell(_ words: [String], _ environment: Environment, _ status: ExitStatus) {
        var arguments = CIEnvArguments()
        for (word, next) in zip(words, words.dropFirst()) where word == "--shell" { arguments.shell = next }
        for word in words where word.hasPrefix("--shell=") { arguments.shell = String(word.dropFirst(8)) }
        arguments.writesFile = words.contains("--as-file")
        arguments.writesEnvFile = words.contains("--as-env-file")
        if words.contains(where: { $0.hasPrefix("-o") || $0.hasPrefix("--output-file-path") }) {
            arguments.outputFilePath = ""
        }
        FailingScript(arguments, environment).write(status.rawValue)
    }

    private func render(_ exports: [Export], for shell: Shell) throws(Failure) -> String {
        do throws(ShellError) {
            return try shell.render(exports)
        } catch {
            throw Failure(error)
        }
    }

    /// The process with which the job ends, as far as it can be known.
    private func owner(_ output: OutputOptions, in host: Host) -> ProcessTable.Identity? {
        switch output.destination {
        case .standardOutput where output.shell == .github:
            // The variables are for the steps that follow, each with a shell of its own.
            OwnerSearch.githubWorker(from: CurrentProcess.parent, in: host.processes)
        case .standardOutput, .jobDirectory:
            OwnerSearch.evaluatingShell(
                from: CurrentProcess.parent, output: StandardStream.output.status, in: host.processes)
        case .file: nil
        }
    }
}
