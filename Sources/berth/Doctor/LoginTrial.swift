internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import POSIX
internal import Registry

/// Tries the logins that `berth doctor` has found against their registries.
struct LoginTrial {
    private let environment: Environment

    init(_ environment: Environment) {
        self.environment = environment
    }

    /// What came of each.
    func findings(_ logins: [RegistryLogin]) -> [Finding] {
        var findings: [Finding] = []
        var attempts: [(registry: RegistryKey, credential: Credential)] = []
        let minted = mint(logins)
        for login in logins {
            guard login.isTriable else {
                findings.append(
                    Finding(
                        .verify, .warn, "\(login.registry): a registry token cannot be tried by a login",
                        hint: "berth check HOST/REPOSITORY tries it at a repository"))
                continue
            }
            switch credential(of: login, minted) {
            case .success(let credential): attempts.append((login.registry, credential))
            case .failure(let refusal):
                findings.append(Self.refused(login.registry, refusal.text, hint: refusal.hint))
            }
        }
        do throws(Failure) {
            let (failures, signal) = try LoginVerification(environment: environment).failures(of: attempts)
            if let signal { CurrentProcess.die(of: signal) }
            findings += attempts.enumerated().map { index, attempt in
                guard let error = failures[index] else {
                    return Finding(.verify, .ok, "\(attempt.registry) takes the login")
                }
                return Self.refused(attempt.registry, error.text, hint: error.hint)
            }
        } catch {
            findings.append(
                Finding(.verify, .fail, error.text, hint: error.hint ?? "nobody was asked: correct this first"))
        }
        return findings
    }

    private static func refused(_ registry: RegistryKey, _ text: String, hint: String?) -> Finding {
        Finding(
            .verify, .fail, text.contains(registry.host) ? text : "\(registry): \(text)",
            hint: hint ?? "log in again, with a credential that is good")
    }

    private func credential(
        of login: RegistryLogin, _ minted: [RegistryKey: Result<Credential, RegistryError>]
    ) -> Result<Credential, RegistryError> {
        switch login.origin {
        case .entry(let credential): return .success(credential)
        case .identity:
            return minted[login.registry] ?? .failure(RegistryError(.denied, "nothing was exchanged for it"))
        case .program(let program):
            do throws(RegistryError) {
                return .success(try Self.helpers.credential(for: login.registry, by: program))
            } catch {
                return .failure(error)
            }
        }
    }

    /// A keychain that waits for a person never answers, so it is given a few seconds.
    private static let helpers = HelperTrial { (program, verb, input) throws(SystemError) in
        try HelperProgram.ask(program, [verb], input: input, outputLimit: 1 << 20, seconds: 10)
    }

    /// Exchanges the job's OIDC token for each login that is got so, as the credential helper does.
    private func mint(_ logins: [RegistryLogin]) -> [RegistryKey: Result<Credential, RegistryError>] {
        let keys = logins.compactMap { login in
            if case .identity = login.origin { login.registry } else { nil }
        }
        guard !keys.isEmpty, let job = JobCredentials.job(environment) else { return [:] }
        let credentials = JobCredentials(job: job, environment: environment)
        // A list that cannot be read is a finding already.
        guard let sources = try? credentials.sources() else { return [:] }
        let mint = credentials.mint(sources) { _ in }
        let (results, signal) = Interruption.run {
            await withTaskGroup(of: (RegistryKey, Result<Credential, RegistryError>).self) { group in
                for key in keys { group.addTask { (key, await Self.credential(for: key, of: mint)) } }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
        }
        if let signal { CurrentProcess.die(of: signal) }
        return results
    }

    private static func credential(for key: RegistryKey, of mint: CredentialMint) async -> Result<
        Credential, RegistryError
    > {
        do throws(RegistryError) {
            guard let minted = try await mint.credential(for: key) else {
                return .failure(RegistryError(.denied, "no request"))
            }
            return .success(minted.credential)
        } catch {
            return .failure(error)
        }
    }
}
