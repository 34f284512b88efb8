internal import CIEnv
internal import DockerConfig
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
    func run() -> ExitStatus {
        do throws(Failure) {
            try give()
            return .success
        } catch {
            reporter.report(error)
            FailingScript(arguments, environment).write(error.status)
            return error.status
        }
    }

    private func give() throws(Failure) {
        let preparation = try JobPreparation(arguments, environment: environment, reporter: reporter)
        let options = preparation.options, plan = preparation.plan
        // Rendered before anything is written, since a value may be one that the format cannot carry.
        let script: String
        do { script = try options.shell.render(plan.exports) } catch { throw Failure(error) }
        let delivery = try Delivery(options, environment: environment)
        let lease = preparation.lease(owners: owner(options).map { [$0] } ?? [])

        let signals = SignalsHeld()
        do throws(CIEnvError) {
            let file = options.destination == .jobDirectory ? (JobPlan.scriptName(options.shell), script) : nil
            try plan.directory.make(plan.entries(lease: lease, script: file), in: preparation.root)
        } catch {
            throw Failure(error)
        }
        do throws(Failure) {
            if JobWatcher.isWanted(options.watch, in: environment) { preparation.watch(lease) }
            if options.explains { reporter.print(preparation.explanation) }
            try delivery.write(script, of: plan, secrets: preparation.secrets)
        } catch {
            _ = try? JobDirectory.release(plan.directory.path, user: preparation.host.user)
            throw error
        }
    }
}
