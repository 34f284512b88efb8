internal import CIEnv
internal import DockerConfig
internal import JSON
internal import POSIX

/// Who may read what.
enum PermissionChecks {
    /// The files that clients read credentials from, and the job's own.
    static func files(_ scene: Scene) -> [Finding] {
        let inJob = scene.jobPath.map { job in
            ["docker/berth-store.json", CredentialSources.fileName, Lease.fileName, CredentialSources.cacheName, "bin"]
                .map { "\(job)/\($0)" } + minted(scene, in: job)
        }
        var seen: [String] = []
        let findings = (scene.configs.map(\.path) + (inJob ?? [])).compactMap { path -> Finding? in
            let place = scene.files.resolved(path) ?? path
            guard !seen.contains(place), let facts = scene.files.facts(path) else { return nil }
            seen.append(place)
            let isInJob = scene.jobPath.map { place.hasPrefix("\($0)/") || path.hasPrefix("\($0)/") } ?? false
            return problem(path, facts, isInJob: isInJob, user: scene.inputs.host.user)
        }
        if !findings.isEmpty || seen.isEmpty { return findings }
        return [Finding(.permissions, .ok, "nobody else may read the files with credentials")]
    }

    /// The files of what was exchanged.
    private static func minted(_ scene: Scene, in job: String) -> [String] {
        (scene.sources?.requests ?? []).flatMap { request in
            CacheFiles(request.registry, in: "\(job)/\(CredentialSources.cacheName)").paths
        }
    }

    private static func problem(_ path: String, _ facts: FileView.Facts, isInJob: Bool, user: UInt32) -> Finding? {
        if facts.owner != user, facts.owner != 0 || isInJob {
            return Finding(
                .permissions, isInJob ? .fail : .warn, "\(path) belongs to user \(facts.owner), not to this one",
                hint: "see who made it")
        }
        guard facts.permissions & 0o077 != 0 else { return nil }
        let mode = String(facts.permissions, radix: 8)
        return Finding(
            .permissions, isInJob ? .fail : .warn, "\(path) has the mode 0\(mode): others may read it",
            hint: "chmod \(facts.kind == .directory ? "700" : "600") \(path)")
    }

    /// The directory in which all job directories of the user lie.
    static func root(_ scene: Scene) -> [Finding] {
        guard case .present = scene.job, let path = scene.jobPath else { return [] }
        let root = FilePath.parent(path)
        guard let facts = scene.files.facts(root) else { return [] }
        guard facts.owner == scene.inputs.host.user, facts.permissions == 0o700 else {
            let mode = String(facts.permissions, radix: 8)
            return [
                Finding(
                    .permissions, .fail,
                    "\(root) is user \(facts.owner)'s and has the mode 0\(mode), not this user's and 0700",
                    hint: "others may swap what is in it: see who changed it, and evaluate berth ci-env again")
            ]
        }
        return []
    }

    /// Logins that stand in a file which all jobs of the user read.
    static func sharedLogins(_ scene: Scene) -> [Finding] {
        guard let home = scene.inputs.home else { return [] }
        let path = "\(home)/.docker/config.json"
        guard let text = try? scene.files.read(path), let file = try? DockerConfigFile.parse(text, named: path) else {
            return []
        }
        let count = file.auths.members.count { (try? Credential(entry: $0.value)) ?? nil != nil }
        guard count > 0 else { return [] }
        let logins = count == 1 ? "a login" : "\(count) logins"
        return [
            Finding(
                .permissions, .warn, "\(path) holds \(logins) in plain text: every job of this user can read them",
                hint: "docker logout, and give each job its own: by the CI system's variables, or --oidc")
        ]
    }
}
