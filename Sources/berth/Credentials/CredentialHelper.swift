internal import CIEnv
internal import DockerConfig
internal import POSIX

/// berth as `docker-credential-berth`: a docker credential helper over the job's config and what is minted for the job, and
/// nothing else.
struct CredentialHelper {
    private let server: CredentialHelperServer

    init(environment: Environment) {
        let job = JobCredentials.job(environment)
        let directory = environment["DOCKER_CONFIG"] ?? "\(environment["HOME"] ?? "")/.docker"
        server = CredentialHelperServer(
            editor: job.map { JobFiles($0).editor } ?? ConfigEditor(path: "\(directory)/config.json"),
            version: Version.text, provider: job.map { JobCredentialProvider(job: $0, environment: environment) },
            isReadOnly: job == nil)
        if job == nil, let named = environment["BERTH_JOB"], FilePath.exists(named) {
            Reporter(environment).warn(
                "\(named) (BERTH_JOB) is not looked at: it is no job's directory that others cannot write into")
        }
    }

    /// Answers what a client asks by `words` and standard input.
    ///
    /// - Returns: The exit code.
    func run(_ words: some Collection<String>) -> Int32 {
        let reply = server.respond(Array(words)) { () throws(SystemError) in
            try StandardStream.input.readAll(limit: 1 << 20)
        }
        do {
            try reply.output.withValue { text throws(SystemError) in try StandardStream.output.write(text) }
            return reply.exitCode
        } catch {
            return ExitStatus.failed.rawValue
        }
    }
}
