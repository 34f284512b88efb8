import Glibc

/// A machine as a runner of CI jobs has it: one HOME that all jobs share, and a base for the job directories.
public struct Machine: ~Copyable {
    /// Where all of it lives.
    public let scratch: ScratchDirectory
    /// The jobs' HOME.
    public let home: String
    /// The base that `--tmp-dir` would name.
    public let base: String
    /// The root that berth makes in the base.
    public let root: String

    /// A machine with an empty HOME, for the given user where that is not the tests' own.
    public init(user: UInt32 = Berth.user) throws {
        let scratch = try ScratchDirectory(mode: 0o755)
        let home = try scratch.directory("home")
        let base = try scratch.directory("base")
        if user != Berth.user {
            Files.setOwner(home, user)
            Files.setOwner(base, user)
        }
        self.scratch = scratch
        self.home = home
        self.base = base
        self.root = "\(base)/berth-\(user)"
    }

    /// The path of `name` in the machine's scratch directory.
    public func path(_ name: String) -> String {
        "\(scratch.path)/\(name)"
    }

    /// Writes `~/.docker/config.json`.
    public func writeDockerConfig(_ text: String) throws {
        if !Files.exists("\(home)/.docker") { try Files.makeDirectory("\(home)/.docker") }
        try Files.write(text, to: "\(home)/.docker/config.json")
    }

    /// Gives the machine's podman image storage of its own, and has it speak plain HTTP with `registry` by the user's
    /// registries.conf.
    ///
    /// - Returns: The variables that lead podman there.
    public func preparePodman(plainHTTPTo registry: String) throws -> [String: String] {
        for folder in ["\(home)/.config", "\(home)/.config/containers"] where !Files.exists(folder) {
            try Files.makeDirectory(folder)
        }
        try Files.write(
            "[[registry]]\nlocation = \"\(registry)\"\ninsecure = true\n",
            to: "\(home)/.config/containers/registries.conf")
        let storage = try scratch.file(
            "storage.conf",
            "[storage]\ndriver = \"vfs\"\ngraphroot = \"\(scratch.path)/graph\"\nrunroot = \"\(scratch.path)/run-root\"\n"
        )
        return ["CONTAINERS_STORAGE_CONF": storage]
    }

    /// What every process on the machine sees.
    public var environment: [String: String] {
        ["HOME": home, "PATH": Berth.searchPath, "TMPDIR": base, "BERTH_TMP_DIR": base, "LC_ALL": "C.UTF-8"]
    }

    /// The environment of a GitLab job: its own user and password at the project's registry.
    public func gitlabJob(_ id: String, registry: String, user: String, password: String) -> [String: String] {
        environment.merging(Self.gitlab(id, registry: registry, user: user, password: password)) { $1 }
    }

    /// The names of the job directories that exist.
    public var jobs: [String] {
        Files.names(in: root)
    }

    /// The variables that GitLab gives a job.
    public static func gitlab(_ id: String, registry: String, user: String, password: String) -> [String: String] {
        [
            "CI": "true", "GITLAB_CI": "true", "CI_SERVER": "yes", "CI_SERVER_URL": "https://gitlab.example.com",
            "CI_SERVER_VERSION": "17.5.0", "CI_SERVER_HOST": "gitlab.example.com",
            "CI_JOB_ID": id, "CI_JOB_NAME": "build", "CI_JOB_URL": "https://gitlab.example.com/group/app/-/jobs/\(id)",
            "CI_PIPELINE_ID": "77", "CI_PIPELINE_URL": "https://gitlab.example.com/group/app/-/pipelines/77",
            "CI_PROJECT_ID": "7", "CI_PROJECT_PATH": "group/app",
            "CI_PROJECT_URL": "https://gitlab.example.com/group/app",
            "CI_COMMIT_SHA": "8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901", "CI_COMMIT_REF_NAME": "main",
            "CI_COMMIT_BRANCH": "main", "CI_REGISTRY": registry, "CI_REGISTRY_IMAGE": "\(registry)/group/app",
            "CI_REGISTRY_USER": user, "CI_REGISTRY_PASSWORD": password, "CI_JOB_TOKEN": "job-token-of-\(id)",
        ]
    }
}

/// The line that every job starts with.
public let documentedLine = #"eval "$(berth ci-env gitlab || echo exit 1)""#

/// The value of an `auth` entry.
public func basicAuth(_ user: String, _ password: String) -> String {
    base64(Array("\(user):\(password)".utf8))
}

/// The text of a docker config that holds these logins.
public func dockerConfig(_ logins: [(host: String, user: String, password: String)]) -> String {
    let entries = logins.map { "\"\($0.host)\": {\"auth\": \"\(basicAuth($0.user, $0.password))\"}" }
    return "{\"auths\": {\(entries.joined(separator: ", "))}}\n"
}
