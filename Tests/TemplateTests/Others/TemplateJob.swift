internal import JSON
internal import TestSupport
internal import Testing

/// A job that a template has as its example, and what the CI system gives each of its shells.
struct TemplateJob: CustomTestStringConvertible, Sendable {
    /// The engine's name in `run_job.py`.
    let engine: String
    /// The template, below `ci-templates`.
    let template: String
    /// The shells that may run it, by their words: those that its system has in images, or lets its users choose.
    let shells: [[String]]
    /// The system's variables.
    let variables: [String: String]
    /// The variable with the branch, and what it has before it.
    let branch: (variable: String, prefix: String)

    init(
        _ engine: String, _ template: String, shells: String = "bash", branch: String, prefix: String = "",
        _ variables: [String: String] = [:]
    ) {
        self.engine = engine
        self.template = template
        self.shells = shells.split(separator: ", ").map { $0.split(separator: " ").map(String.init) }
        self.branch = (branch, prefix)
        self.variables = variables
    }

    var testDescription: String { template }

    /// All of them.
    static let all = [
        TemplateJob(
            "generic", "generic/berth.sh", shells: "dash, bash, busybox sh, mksh, zsh, ksh", branch: "BERTH_BRANCH"),
        TemplateJob(
            "generic-exec", "generic/berth-exec", shells: "dash, bash, busybox sh", branch: "BERTH_BRANCH"),
        TemplateJob(
            "azure-pipelines", "azure-pipelines/berth.yml", branch: "BUILD_SOURCEBRANCH", prefix: "refs/heads/",
            ["TF_BUILD": "True", "SYSTEM_JOBID": "12f1170f", "SYSTEM_JOBATTEMPT": "1"]),
        TemplateJob(
            "bitbucket", "bitbucket/bitbucket-pipelines.yml", shells: "dash, bash, busybox sh",
            branch: "BITBUCKET_BRANCH",
            ["CI": "true", "BITBUCKET_BUILD_NUMBER": "8", "BITBUCKET_STEP_RUN_NUMBER": "1"]),
        TemplateJob(
            "buildkite", "buildkite/pipeline.yml", branch: "BUILDKITE_BRANCH",
            ["CI": "true", "BUILDKITE": "true", "BUILDKITE_JOB_ID": "j1"]),
        TemplateJob(
            "circleci", "circleci/config.yml", branch: "CIRCLE_BRANCH",
            ["CI": "true", "CIRCLECI": "true", "CIRCLE_WORKFLOW_JOB_ID": "j-1", "CIRCLE_NODE_INDEX": "0"]),
        TemplateJob(
            "drone", "drone/.drone.yml", shells: "busybox sh, dash, bash", branch: "DRONE_BRANCH",
            [
                "CI": "true", "DRONE": "true", "DRONE_REPO": "acme/app", "DRONE_BUILD_NUMBER": "42",
                "DRONE_STAGE_NUMBER": "1", "DRONE_STEP_NUMBER": "2",
            ]),
        jenkins("jenkins", "jenkins/Jenkinsfile"),
        jenkins("jenkins-step", "jenkins/vars/withBerth.groovy"),
        TemplateJob("tekton", "tekton/task.yaml", shells: "busybox sh, dash, bash", branch: "BERTH_BRANCH"),
        TemplateJob(
            "travis", "travis/.travis.yml", branch: "TRAVIS_BRANCH",
            ["CI": "true", "TRAVIS": "true", "TRAVIS_JOB_ID": "5"]),
        TemplateJob(
            "woodpecker", "woodpecker/.woodpecker.yml", shells: "busybox sh, dash, bash", branch: "CI_COMMIT_BRANCH",
            [
                "CI": "woodpecker", "CI_SYSTEM_NAME": "woodpecker", "CI_REPO": "acme/app", "CI_PIPELINE_NUMBER": "8",
                "CI_WORKFLOW_NUMBER": "1", "CI_STEP_NUMBER": "2",
            ]),
    ]

    /// Those whose steps are containers.
    static let contained = all.filter { ["drone", "tekton", "woodpecker"].contains($0.engine) }

    /// Those that begin where a secret is kept from them; Jenkins and Tekton do not begin.
    static let withoutSecrets = all.filter { !$0.engine.hasPrefix("jenkins") && $0.engine != "tekton" }

    private static func jenkins(_ engine: String, _ template: String) -> TemplateJob {
        TemplateJob(
            engine, template, shells: "sh", branch: "BRANCH_NAME",
            [
                "JENKINS_URL": "https://jenkins.example.com/", "BUILD_ID": "3", "BUILD_TAG": "jenkins-app-3",
                "EXECUTOR_NUMBER": "1",
            ])
    }
}

/// A machine on which jobs of templates run, with one HOME for all of them and no berth.
final class TemplateMachine: Sendable {
    /// What came of a job.
    struct Run: Sendable {
        /// Its exit code.
        let status: Int32
        /// What the system would show.
        let log: String
    }

    private let scratch: ScratchDirectory
    private let home: String
    private let temporary: String

    /// A machine on which somebody has logged in at that registry, as somebody else than any job.
    init(registry: String) throws {
        let scratch = try ScratchDirectory()
        home = try scratch.directory("home")
        temporary = try scratch.directory("tmp")
        try Files.makeDirectory("\(home)/.docker")
        try Files.write(
            dockerConfig([(registry, "stranger", "a-strangers-password")]), to: "\(home)/.docker/config.json")
        self.scratch = scratch
    }

    /// Runs a job of a template that is stamped with `settings` (`BERTH_RELEASES`, `BERTH_VERSION`, `BERTH_SHA256`), at
    /// a registry, with the line of shell as what the job does, and with some variables besides; by the first of the
    /// template's shells, unless one is named.
    func run(
        _ job: TemplateJob, name: String = "job", shell: [String]? = nil, _ settings: [String: String],
        _ registry: (address: String, user: String, password: String), command line: String,
        variables: [String: String] = [:]
    ) async throws -> Run {
        let folder = try scratch.directory(name)
        let workspace = "\(folder)/checkout"
        try Files.makeDirectory(workspace)
        try Files.makeDirectory("\(folder)/agent")
        var environment = [
            "HOME": home, "PATH": Command.searchPath, "TMPDIR": temporary, "LC_ALL": "C.UTF-8",
            "AGENT_TEMPDIRECTORY": "\(folder)/agent", "BITBUCKET_STEP_UUID": "{\(name)}",
        ]
        environment.merge(job.variables) { $1 }
        if job.engine.hasPrefix("generic") {
            environment["BERTH_LOGIN"] = "\(registry.address)=GHCR_USER,GHCR_TOKEN"
            environment["GHCR_USER"] = registry.user
            environment["GHCR_TOKEN"] = registry.password
        }
        environment.merge(variables) { $1 }
        var command = Command(
            "\(Tools.python)/python",
            ["\(Tools.engines)/run_job.py", job.engine, "\(TemplateFiles.root)/\(job.template)"],
            environment: environment)
        let secrets: JSONValue = ["GHCR_USER": .string(registry.user), "GHCR_TOKEN": .string(registry.password)]
        let description: JSONValue = [
            "settings": [
                "releases": .string(settings["BERTH_RELEASES"] ?? ""),
                "version": .string(settings["BERTH_VERSION"] ?? ""),
                "sha256": .string(settings["BERTH_SHA256"] ?? ""),
            ],
            "registry": .string(registry.address), "command": .string(line), "secrets": secrets,
            "workspace": .string(workspace), "shell": .array((shell ?? job.shells[0]).map { .string($0) }),
        ]
        command.input = Array(description.text().utf8)
        command.deadline = .seconds(170)
        let outcome = try await command.run()
        return Run(status: outcome.status, log: outcome.text + outcome.errorText)
    }

    /// The path of a file in a job's checkout.
    func path(_ file: String, job name: String = "job") -> String { "\(scratch.path)/\(name)/checkout/\(file)" }

    /// The files and job directories that are left anywhere on the machine, once those that wait for the jobs' ends have
    /// had time to remove what they do.
    func leftovers(but kept: [String] = []) async throws -> [String] {
        let looking = Command(
            "find",
            [scratch.path] + (kept + ["\(home)/.docker/config.json"]).flatMap { ["-not", "-path", $0] }
                + ["(", "-not", "-type", "d", "-o", "-name", "*-????????????????", ")"])
        // It fails where what it looks at is being removed.
        let isEmpty = { @Sendable (run: Outcome) in run.status == 0 && run.lines.isEmpty }
        _ = try await waitUntil { isEmpty(try await looking.run()) }
        return try await looking.run().lines
    }
}
