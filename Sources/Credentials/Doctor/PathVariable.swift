internal import CIEnv

/// The variables by which clients and berth find their files.
enum PathVariable {
    /// All of them.
    static let names = [
        "BERTH_JOB", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "HELM_REGISTRY_CONFIG", "HELM_CONFIG_HOME",
        "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "HOME",
    ]

    /// Whether `text` may be a path, and so be shown: what stands there by mistake is a config's text, a token or a URL
    /// with a password.
    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && !text.hasPrefix("//")
            && text.utf8.allSatisfy { $0 > 0x1F && $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "\"") }
    }

    /// Those that are set in `environment`, but to no path.
    static func withoutPath(_ environment: Environment) -> [String] {
        names.filter { name in environment[name].map { !isPath($0) } ?? false }
    }

    /// What is said of them.
    static func findings(_ scene: Scene) -> [Finding] {
        // The job's directory has a finding of its own.
        scene.withoutPath.filter { $0 != "BERTH_JOB" }.map { name in
            let isOther = name == "REGISTRY_AUTH_FILE" || name.hasPrefix("HELM_")
            return Finding(
                isOther ? .clients : .config, .fail, "\(name) holds no path that begins with /",
                hint: "it names a file or directory: what a config holds belongs into DOCKER_AUTH_CONFIG")
        }
    }
}
