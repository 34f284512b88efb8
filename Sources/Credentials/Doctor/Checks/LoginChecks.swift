internal import CIEnv
internal import DockerConfig
internal import JSON

/// The registries' credentials.
enum LoginChecks {
    /// Whether the registry that the job pushes to has a credential, and why it has none.
    static func ownRegistry(_ scene: Scene, _ logins: [RegistryLogin]) -> [Finding] {
        guard let own = scene.ownRegistry else { return [] }
        let others = logins.filter { $0.registry.host == own.host }
        guard others.allSatisfy({ $0.clients != nil }) else { return [] }
        let who = others.first?.clients.map { " but for \($0)" } ?? ""
        var reasons = ["\(own), where the job's images go, has no credential\(who)"]
        if case .success(let known) = scene.logins { reasons += known.notes.filter { $0.contains(own.host) } }
        // An inherited store may have it; nobody is asked.
        let mayBeStored = scene.docker?.file.map { scene.program(for: own, in: $0) != nil } ?? false
        // Who has credentials exchanged has images go elsewhere, it may be.
        let isElsewhere = scene.sources?.requests.isEmpty == false
        let isExpected = scene.isFork || mayBeStored || isElsewhere || scene.system.name == "generic"
        return [
            Finding(
                .credentials, isExpected ? .warn : .fail, reasons.joined(separator: ": "),
                hint: scene.isFork
                    ? "a job from a fork can pull what is public, and push nothing"
                    : "berth ci-env logs in where these variables are set; --login and --oidc name others")
        ]
    }

    /// Which credentials have ended, or will before the job does.
    static func lifetimes(_ scene: Scene, _ logins: [RegistryLogin]) -> [Finding] {
        logins.compactMap { login in
            guard case .until(let end) = login.lifetime else { return nil }
            let name = "\(login.registry): the credential of \(login.source)"
            if end <= scene.now {
                return Finding(
                    .credentials, .fail, "\(name) ended \(TimeText.distance(end, now: scene.now))",
                    hint: "log in again; with berth ci-env --oidc \(login.registry.host)=… it is renewed")
            }
            guard let jobEnd = scene.jobEnd, end < jobEnd else { return nil }
            return Finding(
                .credentials, .warn,
                "\(name) ends \(TimeText.distance(end, now: scene.now)), the job at the latest "
                    + "\(TimeText.distance(jobEnd, now: scene.now)), and nothing renews it",
                hint: "with berth ci-env --oidc \(login.registry.host)=… it is renewed")
        }
    }

    /// Registries for which clients have different credentials.
    static func contradictions(_ scene: Scene) -> [Finding] {
        guard let docker = scene.docker, let file = docker.file else { return [] }
        return scene.configs.flatMap { other -> [Finding] in
            guard !other.isDockers, let otherFile = other.file,
                !scene.files.leadToTheSame(other.path, docker.path)
            else { return [] }
            return otherFile.auths.members.compactMap { member in
                guard let key = RegistryKey(member.key), let credential = otherFile.credential(for: key),
                    let dockers = file.credential(for: key), dockers != credential
                else { return nil }
                return Finding(
                    .credentials, .warn,
                    "\(key): \(other.clients) \(other.isMany ? "are" : "is") given another credential, by \(other.name), than "
                        + "docker, by \(docker.name)",
                    hint: "log out of the one that is not meant")
            }
        }
    }

    /// How many there are.
    static func summary(_ scene: Scene, _ logins: [RegistryLogin]) -> [Finding] {
        switch logins.count {
        // Who is not asked may have some.
        case 0 where scene.docker?.file?.credsStore != nil: []
        case 0:
            [
                Finding(
                    .credentials, .warn, "there is no credential for any registry: only what is public can be had",
                    hint: "berth ci-env --login, --oidc, or berth login")
            ]
        case 1: [Finding(.credentials, .ok, "there is a credential for one registry")]
        default: [Finding(.credentials, .ok, "there are credentials for \(logins.count) registries")]
        }
    }
}
