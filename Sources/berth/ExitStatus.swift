internal import CIEnv
internal import Cleanup
internal import DockerConfig
internal import POSIX
internal import Registry

/// The program's exit codes, the same for all commands (sysexits(3) where that has one).
enum ExitStatus: Int32, CaseIterable {
    /// Done.
    case success = 0
    /// Failed otherwise.
    case failed = 1
    /// Partly done.
    case partly = 2
    /// The command line makes no sense.
    case usage = 64
    /// A config, policy or manifest is corrupt.
    case badData = 65
    /// A registry or service cannot be reached.
    case unreachable = 69
    /// Later it may work.
    case tryLater = 75
    /// Not allowed.
    case denied = 77
    /// Something is not set up as it must be.
    case badConfiguration = 78
}

/// Why a command ends without success.
struct Failure: Error {
    let status: ExitStatus
    /// What failed and why, in one line.
    let text: String
    /// What to do about it.
    let hint: String?

    init(_ status: ExitStatus, _ text: String, hint: String? = nil) {
        self.status = status
        self.text = text
        self.hint = hint
    }
}

/// Which error of which module ends in which exit code: all of it stands here.
extension Failure {
    init(_ error: CIEnvError) {
        let status: ExitStatus =
            switch error.kind {
            case .usage: .usage
            case .badData: .badData
            case .badConfiguration: .badConfiguration
            case .failed: .failed
            }
        self.init(status, error.text, hint: error.hint)
    }

    init(_ error: DockerConfigError) {
        let status: ExitStatus =
            switch error.kind {
            case .badData: .badData
            case .badConfiguration: .badConfiguration
            case .failed: .failed
            }
        self.init(status, error.text, hint: error.hint)
    }

    init(_ error: RegistryError) {
        let status: ExitStatus =
            switch error.kind {
            case .unreachable: .unreachable
            case .tryLater: .tryLater
            case .denied: .denied
            case .protocolViolation, .notFound, .unsupported, .held, .protected, .cancelled: .failed
            case .badName: .usage
            case .badData: .badData
            }
        self.init(status, error.text, hint: error.hint)
    }

    /// The same for one thing of many: `what` that means for it comes first unless the error has its `name` in it.
    init(_ error: RegistryError, of what: String, about name: String) {
        let failure = Failure(error)
        self.init(
            failure.status, failure.text.contains(name) ? failure.text : "\(what): \(failure.text)", hint: failure.hint)
    }

    init(_ error: CleanupError) {
        let status: ExitStatus =
            switch error.kind {
            case .usage: .usage
            case .badData: .badData
            case .badConfiguration: .badConfiguration
            case .unreachable: .unreachable
            case .denied: .denied
            case .stopped: .failed
            }
        self.init(status, error.text, hint: error.hint)
    }

    init(_ error: ShellError) {
        self.init(.badData, "\(error)", hint: "another --shell may be able to carry it")
    }

    init(_ error: SystemError) {
        self.init(.failed, error.description)
    }
}

/// Makes an error of the CI domain one of the program's.
func orFail<Result: ~Copyable>(_ body: () throws(CIEnvError) -> Result) throws(Failure) -> Result {
    do {
        return try body()
    } catch {
        throw Failure(error)
    }
}
