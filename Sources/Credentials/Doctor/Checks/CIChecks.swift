internal import CIEnv

/// What CI system it is, and what it says.
enum CIChecks {
    /// Which system was recognised, and by what.
    static func system(_ scene: Scene) -> [Finding] {
        let signs = scene.system.signs(in: scene.environment)
        if !signs.isEmpty { return [Finding(.ci, .ok, "\(scene.system.title), by \(signs.joined(separator: ", "))")] }
        if scene.environment["BERTH_CI"] == scene.system.name, scene.system.name != "generic" {
            return [Finding(.ci, .ok, "\(scene.system.title), as ci-env was told (BERTH_CI)")]
        }
        guard scene.environment.isTrue("CI") else {
            return [Finding(.ci, .ok, "no CI system: none of their variables is set")]
        }
        return [
            Finding(
                .ci, .warn, "no CI system is recognised, although CI is set: only BERTH_… variables tell of the job",
                hint: "hand the CI system's variables on, or set BERTH_REPO, BERTH_COMMIT and the like")
        ]
    }

    /// Whether the variables that are options make sense.
    static func options(_ scene: Scene) -> [Finding] {
        switch scene.logins {
        case .success: []
        case .failure(let error):
            [Finding(.options, .fail, error.text, hint: error.hint ?? "correct the variable, or unset it")]
        }
    }
}
