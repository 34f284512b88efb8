internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import JSON
internal import POSIX
internal import Registry

/// Tries the logins that `berth doctor` has found against their registries.
struct LoginTrial {
    private let environment: Environment

    init(_ environment: Environment) {
        self.environment = environment
    }

    /// The longest time that a program may take for a credential, in seconds: that of an exchange, and of its retries.
    private static let patience = 90

    /// What came of each.
    func findings(_ logins: [RegistryLogin]) -> [Finding] {
        var findings: [Finding] = []
        var attempts: [(registry: RegistryKey, credential: Credential)] = []
        for login in logins {
            switch credential(of: login) {
            case .success(let credential): attempts.append((login.registry, credential))
            case .failure(let refusal):
                findings.append(
                    Finding(.verify, .fail, "\(login.registry): \(refusal.text)", hint: refusal.hint))
            }
        }
        do throws(Failure) {
            let failures = try LoginVerification(environment: environment).failures(of: attempts)
            findings += attempts.enumerated().map { index, attempt in
                guard let error = failures[index] else {
                    return Finding(.verify, .ok, "\(attempt.registry) takes the login")
                }
                let text = error.text.contains(attempt.registry.host) ? error.text : "\(attempt.registry): \(error.text)"
                return Finding(.verify, .fail, text, hint: error.hint)
            }
        } catch {
            findings.append(Finding(.verify, .fail, error.text, hint: error.hint))
        }
        return findings
    }

    private struct Refusal: Error {
        let text: String
        var hint: String?
    }

    private func credential(of login: RegistryLogin) -> Result<Credential, Refusal> {
        switch login.origin {
        case .entry(let credential): return .success(credential)
        case .identity: return own(login.registry)
        case .program(let program):
            guard let store = ProgramCredentialStore(name: program) else {
                return .failure(Refusal(text: "there is no such program"))
            }
            let found = store.credentials(of: [login.registry.configKey])
            if let credential = found.credentials.first?.credential { return .success(credential) }
            return .failure(
                Refusal(
                    text: found.warnings.first ?? "\(store.program) has no credential for it",
                    hint: "run it by hand: echo \(login.registry.configKey) | \(store.program) get"))
        }
    }

    /// What berth itself gives clients, by a process of its own, as they start one.
    private func own(_ registry: RegistryKey) -> Result<Credential, Refusal> {
        guard let executable = CurrentProcess.executable else { return .failure(Refusal(text: "berth is gone")) }
        do throws(SystemError) {
            let answer = try HelperProgram.run(
                executable, [CredentialCommand.name, "get"], input: Array(registry.configKey.utf8),
                outputLimit: 1 << 20, seconds: Self.patience)
            let object = answer.code == 0 ? try? JSONValue(parsing: answer.output).object : nil
            if let username = object?["Username"]?.string, let secret = object?["Secret"]?.string {
                return .success(Credential(helperUsername: username, secret: Secret(secret)))
            }
            let words = answer.code == 0 ? "" : String(decoding: answer.output, as: UTF8.self)
            return .failure(Refusal(text: words.split(separator: "\n").first.map(String.init) ?? "no credential"))
        } catch {
            return .failure(Refusal(text: error.description))
        }
    }
}
