internal import CIEnv
internal import POSIX

/// The job's directory.
enum JobChecks {
    /// Whether there is one, sound and with a lease that goes on.
    static func directory(_ scene: Scene) -> [Finding] {
        switch scene.job {
        case .none:
            return [
                Finding(
                    .job, .warn, "BERTH_JOB is not set: these are the logins that all jobs of this machine share",
                    hint: #"in a job: eval "$(berth ci-env || echo exit 1)""#)
            ]
        case .unusable(let text, let hint):
            return [Finding(.job, .fail, text, hint: hint)]
        case .present(let lease):
            let end = TimeText.moment(lease.expires.wall, now: scene.now)
            let name = scene.jobPath ?? ""
            guard scene.environment["BERTH_JOB"] == nil else {
                return [Finding(.job, .ok, "\(name), leased until \(end)")]
            }
            return [
                Finding(
                    .job, .warn, "BERTH_JOB is not set, but docker reads the config of a job, \(name)",
                    hint: "hand BERTH_JOB on to where the job's programs run")
            ]
        }
    }
}
