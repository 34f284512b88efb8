internal import CIEnv
internal import DockerConfig
internal import JSON

/// The registries' credentials.
enum LoginChecks {
    /// Whether the registry that the job pushes to has a credential, why it has none, and what it is good for.
    static func ownRegistry(_ scene: Scene, _ logins: [RegistryLogin]) -> [Finding] {
        // Of a config that cannot be read nobody knows what is in it.
        guard let own = scene.ownRegistry, scene.docker?.isBroken != true else { return [] }
        let others = logins.filter { $0.registry.host == own.host }
        guard others.allSatisfy({ $0.clients != nil }) else {
            return others.compactMap { borrowed($0, own, scene) ?? readOnly($0, scene) }
        }
        let who = others.first?.clients.map { " but for \($0)" } ?? ""
        let reasons = ["\(own), where the job's images go, has no credential\(who)"] + notes(on: own, scene)
        // An inherited store may have it; nobody is asked.
        let mayBeStored = scene.docker?.file.map { scene.program(for: own, in: $0) != nil } ?? false
        // Who has other credentials has images go elsewhere, it may be.
        let isElsewhere =
            scene.sources?.requests.isEmpty == false
            || scene.chosenRepository == nil && logins.contains { $0.clients == nil }
        let isExpected = scene.isFork || mayBeStored || isElsewhere || scene.system.name == "generic"
        return [
            Finding(
                .credentials, isExpected ? .warn : .fail, reasons.joined(separator: ": "),
                hint: scene.isFork
                    ? "a job from a fork can pull what is public, and push nothing"
                    : "berth ci-env logs in where these variables are set; --login and --oidc name others")
        ]
    }

    /// What ci-env said, or would say, of a registry that the CI system gives no credential for.
    private static func notes(on own: RegistryKey, _ scene: Scene) -> [String] {
        guard case .success(let demands) = scene.logins else { return [] }
        return demands.notes.filter { $0.contains(own.host) }
    }

    /// A login that stands in for the job's own, which is missing.
    private static func borrowed(_ login: RegistryLogin, _ own: RegistryKey, _ scene: Scene) -> Finding? {
        let notes = notes(on: own, scene)
        guard let config = login.inheritedFrom, !notes.isEmpty else { return nil }
        return Finding(
            .credentials, .warn,
            "\(login.registry): the job has no login of its own, and uses one that is inherited from \(config): "
                + notes.joined(separator: ": "),
            hint: "set these variables where ci-env runs; ci-env --inherit none takes no login from others")
    }

    /// A login of a fork's job on GitHub and its like, which lets it push nothing.
    private static func readOnly(_ login: RegistryLogin, _ scene: Scene) -> Finding? {
        guard scene.isFork, ["github", "gitea", "forgejo"].contains(scene.system.name),
            case .entry(let credential) = login.origin, scene.ownLogin(credential, for: login.registry) != nil
        else { return nil }
        let permissions = login.registry.host == "ghcr.io" ? ", with permissions: {packages: write}" : ""
        return Finding(
            .credentials, .warn, "\(login.registry): the token of a fork's job can pull only",
            hint: "push from a job of the repository itself\(permissions)")
    }

    /// Which credentials have ended, or will before the job does.
    static func lifetimes(_ scene: Scene, _ logins: [RegistryLogin]) -> [Finding] {
        logins.compactMap { login in
            // Of what is exchanged the token tells.
            if case .identity = login.origin { return nil }
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
        let dockersEntries = EntryTable(file)
        return scene.configs.flatMap { other -> [Finding] in
            guard !other.isDockers, let otherFile = other.file,
                !scene.files.leadToTheSame(other.path, docker.path)
            else { return [] }
            let entries = EntryTable(otherFile)
            return otherFile.auths.members.compactMap { member in
                guard let key = RegistryKey(member.key), let credential = entries.credential(for: key),
                    let dockers = dockersEntries.credential(for: key), dockers != credential
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
        case 0 where scene.docker?.file?.credsStore != nil || scene.docker?.isBroken == true: []
        case 0:
            [
                Finding(
                    .credentials, .warn, "there is no credential for any registry: only what is public can be had",
                    hint: "berth ci-env --login, --oidc, or berth login")
            ]
        default:
            [
                Finding(
                    .credentials, .ok,
                    "clients find credentials for \(logins.count == 1 ? "one registry" : "\(logins.count) registries"); "
                        + "whether they are taken, doctor --verify tries")
            ]
        }
    }
}
