internal import POSIX

/// Removes a job directory as soon as its owners are gone, from a process of its own.
///
/// A collector would come later, with the next job on the machine, which may be tomorrow.
public enum JobWatcher {
    /// Whether a job that runs in `environment` is watched.
    ///
    /// Runners say by `CI_DISPOSABLE_ENVIRONMENT` and `CI_SHARED_ENVIRONMENT` (GitLab's names) whether the machine is
    /// thrown away after the job.
    public static func isWanted(_ watch: CIEnvOptions.Watch, in environment: Environment) -> Bool {
        switch watch {
        case .always: true
        case .never: false
        case .auto: environment["CI_DISPOSABLE_ENVIRONMENT"] == nil || environment["CI_SHARED_ENVIRONMENT"] != nil
        }
    }

    /// Starts the process that waits; nothing of this one stays open in it.
    ///
    /// - Throws: `CIEnvError` where no process can be started.
    public static func start(_ directory: JobDirectory, lease: Lease, host: Host) throws(CIEnvError) {
        guard !lease.owners.isEmpty,
            try attempt({ () throws(SystemError) in try Watching.detach() })
        else { return }
        Watching.waitForEnd(of: lease.owners, until: lease.expires.sinceBoot, in: host.processes)
        directory.discard(as: host.user)
        CurrentProcess.exit(0)
    }
}
