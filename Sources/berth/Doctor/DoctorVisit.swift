internal import CIEnv
internal import Credentials
internal import HTTP
internal import POSIX
internal import Registry

/// What `berth doctor` looks at, taken from this process and this machine.
struct DoctorVisit {
    /// The examination of this job.
    let examination: Examination

    init(_ environment: Environment) {
        let host = Host.current
        var context = CloudContext(client: OfflineClient())
        context.variable = { environment[$0] }
        context.readFile = CredentialFile.read
        let settings = context
        var inputs = Examination.Inputs(
            environment: environment, home: environment["HOME"] ?? CurrentProcess.homeInUserDatabase, host: host,
            files: .system
        ) { request throws(RegistryError) in
            let exchange = try ExchangeTable.exchange(for: request, jobName: "berth", settings)
            return Examination.Exchanger(title: type(of: exchange).title, audience: exchange.audience)
        }
        inputs.executable = CurrentProcess.executable
        inputs.leftovers = Self.leftovers(environment, host)
        if let job = environment["BERTH_JOB"] {
            let cache = CredentialCache(job: job)
            inputs.minted = { cache.credential(for: $0) }
        }
        examination = Examination(inputs)
    }

    /// What `berth gc` would remove.
    private static func leftovers(_ environment: Environment, _ host: Host) -> [String] {
        let facts = CISystem.detect(in: environment).facts(in: environment)
        let bases = JobBases(
            explicit: environment.first("BERTH_TMP_DIR", "WERF_TMP_DIR")?.value,
            ownDirectory: facts.temporaryDirectory?.value, environment: environment)
        return bases.collect(by: JobCollector(observer: host), isRehearsal: true).removed
    }
}

/// What sends no request: to be asked what an exchange needs, it needs none.
private struct OfflineClient: HTTPClient {
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse { throw refusal(request) }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream { throw refusal(request) }

    private func refusal(_ request: HTTPRequest) -> HTTPError {
        HTTPError(.unreachable, of: request, reason: "nobody is to be asked")
    }
}
