internal import CIEnv
internal import Credentials
internal import POSIX
internal import Registry

/// What `berth doctor` looks at, taken from this process and this machine.
struct DoctorVisit {
    /// The examination of this job.
    let examination: Examination

    /// A visit to this job.
    ///
    /// - Parameters:
    ///   - environment: The job's variables.
    ///   - tellsRefusals: Whether exchanges count that were refused before, as nobody tries them now.
    init(_ environment: Environment, tellsRefusals: Bool = true) {
        let host = Host.current
        var settings = CloudContext(offline: environment)
        settings.readFile = CredentialFile.read
        settings.allowsPlainHTTP = (try? NetworkSettings(environment))?.servicesMayDoWithoutTLS ?? false
        let context = settings
        var inputs = Examination.Inputs(
            environment: environment, home: environment["HOME"] ?? CurrentProcess.homeInUserDatabase, host: host,
            files: .system
        ) { request throws(RegistryError) in
            let exchange = try ExchangeTable.exchange(for: request, jobName: "berth", context)
            return Examination.Exchanger(title: type(of: exchange).title, audience: exchange.audience)
        }
        inputs.executable = CurrentProcess.executable
        let left = Self.leftovers(environment, host)
        inputs.leftovers = left.removed
        inputs.obstacles = left.problems
        if let job = JobCredentials.job(environment) {
            inputs.record = { request in
                let record = ExchangeRecord(of: request, job: job)
                return tellsRefusals ? record : ExchangeRecord(minted: record.minted)
            }
        }
        examination = Examination(inputs)
    }

    /// What `berth gc` would remove.
    private static func leftovers(_ environment: Environment, _ host: Host) -> JobCollector.Report {
        let facts = CISystem.detect(in: environment).facts(in: environment)
        let bases = JobBases(
            explicit: environment.first("BERTH_TMP_DIR", "WERF_TMP_DIR")?.value,
            ownDirectory: facts.temporaryDirectory?.value, environment: environment)
        return bases.collect(by: JobCollector(observer: host), isRehearsal: true)
    }
}
