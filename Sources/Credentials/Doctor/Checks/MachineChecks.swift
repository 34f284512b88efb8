internal import CIEnv
internal import DockerConfig

/// The machine that the job runs on.
enum MachineChecks {
    /// Whether ended jobs have left something.
    static func leftovers(_ scene: Scene) -> [Finding] {
        let count = scene.inputs.leftovers.count { $0 != scene.jobPath }
        let obstacles = scene.inputs.obstacles.map { Finding(.leftovers, .warn, $0, hint: "see who made it") }
        guard count > 0 else {
            return obstacles.isEmpty
                ? [Finding(.leftovers, .ok, "no other job has left its directory here")] : obstacles
        }
        let jobs = count == 1 ? "one job that has ended has" : "\(count) jobs that have ended have"
        let text = "\(jobs) left a directory with credentials"
        return obstacles + [Finding(.leftovers, .warn, text, hint: "berth gc removes what is left")]
    }

    /// How far tokens may be ahead of the clock, in seconds, before the clock is suspected.
    private static let tolerance = 60

    /// Whether a token was made in what this machine takes for the future.
    static func clock(_ scene: Scene, _ logins: [RegistryLogin]) -> [Finding] {
        let tokens = logins.flatMap { login -> [Secret] in
            guard case .entry(let credential) = login.origin else { return [] }
            return [credential.password, credential.identityToken, credential.registryToken].compactMap(\.self)
        }
        let claims = (tokens + IdentityChecks.visibleTokens(scene)).compactMap { IDTokenClaims($0) }
        let beginnings = claims.flatMap { [$0.issuedAt, $0.notBefore].compactMap(\.self) }
        guard let latest = beginnings.max(), latest > scene.now, latest - scene.now > tolerance else {
            return []
        }
        return [
            Finding(
                .clock, .warn,
                "a token was made \(TimeText.length(latest - scene.now)) in the future: this machine's "
                    + "clock is late",
                hint: "set the clock: exchanges and registries refuse what is not of their time")
        ]
    }

    /// Which proxies are in the way, without a word of their addresses, which may hold passwords.
    static func proxies(_ scene: Scene, _ logins: [RegistryLogin]) -> [Finding] {
        let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].filter { scene.environment[$0] != nil }
        guard !names.isEmpty else { return [] }
        let exceptions = (scene.environment["no_proxy"] ?? scene.environment["NO_PROXY"] ?? "").split(separator: ",")
        let hosts = Set(logins.map(\.registry.host)).sorted().filter { host in
            let name = host.split(separator: ":").first.map(String.init) ?? host
            return !exceptions.contains { exception in
                let words = exception.filter { $0 != " " }
                let suffix = words.hasPrefix(".") ? words.dropFirst() : words[...]
                return words == "*" || name == suffix || (!suffix.isEmpty && name.hasSuffix(".\(suffix)"))
            }
        }
        let through = hosts.isEmpty ? "no registry" : hosts.joined(separator: ", ")
        return [
            Finding(.network, .ok, "\(names.joined(separator: ", ")): \(through) is reached through a proxy")
        ]
    }
}
