internal import CIEnv
internal import POSIX

/// A command that is run in a job of its own.
struct JobCommand: ~Copyable {
    private let command: [String]
    private let preparation: JobPreparation
    private let environment: Environment
    private let reporter: Reporter
    private let isKept: (String) -> Bool

    /// A command that has, besides the job's variables, those of this process that `isKept` holds for.
    init(
        _ command: [String], in preparation: consuming JobPreparation, environment: Environment, reporter: Reporter,
        keeping isKept: @escaping (String) -> Bool = { _ in true }
    ) {
        self.command = command
        self.preparation = preparation
        self.environment = environment
        self.reporter = reporter
        self.isKept = isKept
    }

    /// Runs it to its end and removes the job's directory.
    ///
    /// The command's process is there before the directory, as the lease names it, and waits until that is whole.
    ///
    /// - Returns: The command's exit code. Where a signal ended it, this process ends by the same.
    borrowing func run() throws(Failure) -> Int32 {
        if let signal = try preparation.verifyLogins(in: environment) { CurrentProcess.die(of: signal) }
        let child: ChildProcess
        do {
            child = try ChildProcess(command, overriding: variables(), keeping: isKept)
        } catch {
            throw Failure(error)
        }
        try makeDirectory(for: child.pid)
        do {
            try child.release()
        } catch {
            preparation.discard()
            reporter.report(Failure(error))
            // As shells have it.
            return error.code == .notFound ? 127 : 126
        }
        let ending = child.wait()
        preparation.discard()
        switch ending {
        case .code(let code): return code
        case .signal(let signal): CurrentProcess.die(of: signal)
        }
    }

    private borrowing func makeDirectory(for pid: Int) throws(Failure) {
        let lease = preparation.lease(owners: [preparation.host.processes.entry(pid)?.identity].compactMap { $0 })
        do throws(CIEnvError) {
            try preparation.plan.directory.make(preparation.plan.entries(lease: lease), in: preparation.root)
        } catch {
            throw Failure(error)
        }
        do throws(Failure) {
            if let signal = try preparation.verifyDemand(in: environment) {
                preparation.discard()
                CurrentProcess.die(of: signal)
            }
        } catch {
            preparation.discard()
            throw error
        }
        preparation.watch(lease, in: environment)
        if preparation.options.explains { reporter.print(preparation.explanation) }
    }

    /// What a shell would set.
    private borrowing func variables() -> [(name: String, value: String)] {
        preparation.plan.exports.compactMap { export in
            switch export.value {
            case .text(let text): (export.name, text)
            case .reference(let variable): environment[variable].map { (export.name, $0) }
            }
        }
    }
}
