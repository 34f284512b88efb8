extension LocalJob {
    /// The variable by which a job that is reproduced is known.
    public static let mark = "BERTH_REPRODUCED"

    /// Whether the job of `environment` is one that runs on somebody's own machine.
    public static func isReproduced(in environment: Environment) -> Bool { environment.isTrue(mark) }

    /// Whether `variable` is part of a person's session on a machine, and not of a job.
    ///
    /// A job that is reproduced has these as the session has them. They lead to the home, the programs, the terminal, the
    /// network and the docker engine of this machine; another one's would lead nowhere.
    public static func isOfSession(_ variable: String) -> Bool {
        variable.hasPrefix("LC_") || session.contains(variable)
    }

    private static let session: Set<String> = [
        "HOME", "PATH", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM", "COLORTERM",
        "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME",
        // What credential stores, and those who ask for their passwords, need.
        "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "SSH_AUTH_SOCK", "GNUPGHOME", "GPG_TTY",
        "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
        "SSL_CERT_FILE", "SSL_CERT_DIR",
        "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "CONTAINER_HOST",
        // Where this machine has room for job directories.
        "BERTH_TMP_DIR", "WERF_TMP_DIR",
    ]
}

extension JobVariable {
    /// Whether shells can set it, which know fewer names than environments do.
    public var isShellVariable: Bool { Export.isName(name) }
}
