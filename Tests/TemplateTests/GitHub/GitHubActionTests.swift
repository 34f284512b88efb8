internal import Glibc
internal import TestSupport
internal import Testing

@Suite("ci-templates/github, the action", .timeLimit(.minutes(5)))
struct GitHubActionTests {
    @Test("logs the job in for all its steps, and leaves nothing behind")
    func passes() async throws {
        let registry = try await LoopbackRegistry(users: ["alice", "bob"])
        let release = try await Release()
        let scratch = try ScratchDirectory()
        let layout = try await ImageLayout(in: scratch.path).path
        let push = "skopeo --insecure-policy copy --quiet --dest-tls-verify=false 'oci:\(layout):latest'"
        let other = "localhost:\(registry.address.split(separator: ":")[1])"
        let workflow = try await Workflow(
            job(
                release.inputs + ["login: \(registry.address)=REGISTRY_USER,REGISTRY_PASSWORD"],
                """
                - run: \(push) docker://\(registry.address)/alice/app:1
                - run: |
                    printf %s "$PASSWORD" | skopeo login --tls-verify=false -u bob --password-stdin \(other)
                  env:
                    PASSWORD: ${{ secrets.OTHER_PASSWORD }}
                - run: |
                    \(push) docker://\(registry.address)/alice/app:2
                    \(push) docker://\(other)/bob/app:1
                - run: cat "$DOCKER_CONFIG/config.json"
                - run: |
                    test "$JOB" = "$BERTH_JOB" && test "$CONFIG" = "$DOCKER_CONFIG" && test -d "$CONFIG"
                    test "$REPO" = ghcr.io/owner/app
                    grep -q '"ghcr.io"' "$DOCKER_CONFIG/config.json"
                    docker-credential-berth version | grep "$(berth --version)"
                  env:
                    JOB: ${{ steps.berth.outputs.job }}
                    CONFIG: ${{ steps.berth.outputs.docker-config }}
                    REPO: ${{ steps.berth.outputs.repo }}
                """))
        let secrets = [
            "REGISTRY_PASSWORD": LoopbackRegistry.password(of: "alice"),
            "OTHER_PASSWORD": LoopbackRegistry.password(of: "bob"), "GITHUB_TOKEN": "ghs_token-of-the-job",
        ]
        let run = try await workflow.command(secrets: secrets).run()
        #expect(run.status == 0, "\(run.log)")
        #expect(run.leftBehind == ["nothing"])
        #expect(try pushes(registry) == ["alice alice/app:1", "alice alice/app:2", "bob bob/app:1"])
        #expect(try release.server.requests() == ["/\(release.archive)"])
        #expect(!Files.exists("\(workflow.home)/.docker"))
        let forms = try await Command.shell("printf %s 'alice:\(secrets["REGISTRY_PASSWORD"] ?? "")' | base64")
            .succeed()
        for secret in secrets.values + forms.lines { #expect(!run.log.contains(secret)) }
    }

    @Test("takes the job's credentials away when a step fails, and leaves the failure as it is")
    func fails() async throws {
        let release = try await Release()
        let workflow = try await Workflow(
            job(
                release.inputs + ["login: registry.example.com=REGISTRY_USER,REGISTRY_PASSWORD"],
                """
                - run: test -s "$DOCKER_CONFIG/config.json" && exit 3
                """))
        let run = try await workflow.command(secrets: ["REGISTRY_PASSWORD": "secret"]).run()
        #expect(run.status == 1)
        #expect(run.log.contains("exit status 3"))
        #expect(run.leftBehind == ["nothing"])
    }

    @Test("takes the job's credentials away when the job is cancelled")
    func cancelled() async throws {
        let release = try await Release()
        let scratch = try ScratchDirectory()
        let started = "\(scratch.path)/started", never = "\(scratch.path)/never"
        let workflow = try await Workflow(
            job(
                release.inputs + ["login: registry.example.com=REGISTRY_USER,REGISTRY_PASSWORD"],
                """
                - run: mkfifo '\(never)' && echo "$BERTH_JOB" >'\(started).new' && mv '\(started).new' '\(started)' && cat '\(never)'
                """))
        let act = try workflow.command(secrets: ["REGISTRY_PASSWORD": "secret"]).start()
        #expect(await waitUntil(.seconds(60)) { Files.exists(started) })
        let directory = String(try Files.text(started).dropLast())
        #expect(Files.exists("\(directory)/docker/config.json"))
        act.signal(SIGINT)
        let run = try await act.outcome()
        #expect(run.status == 1)
        #expect(run.leftBehind == ["nothing"])
        #expect(!Files.exists(directory))
    }

    @Test("keeps the credentials of jobs apart that run on one machine at one time")
    func sideBySide() async throws {
        let registry = try await LoopbackRegistry(users: ["alice", "bob"])
        let release = try await Release()
        let scratch = try ScratchDirectory()
        let layout = try await ImageLayout(in: scratch.path).path
        try await Command("mkfifo", ["\(scratch.path)/alice", "\(scratch.path)/bob"]).succeed()
        let workflow = try await Workflow(
            """
            on: push
            jobs:
              push:
                strategy:
                  matrix:
                    include: [{user: alice, other: bob}, {user: bob, other: alice}]
                runs-on: ubuntu-latest
                env:
                  ME: ${{ matrix.user }}
                  OTHER: ${{ matrix.other }}
                steps:
                  - uses: actions/checkout@v7
                  - uses: ./watch
                  - uses: \(Workflow.action)
                    with:
                      releases: \(release.address)
                      sha256: \(release.sha256)
                      login: \(registry.address)=ME,PASSWORD
                    env:
                      PASSWORD: ${{ secrets[matrix.user] }}
                  # Neither goes on before the other is as far.
                  - run: |
                      cd '\(scratch.path)'
                      echo >"$OTHER" & read -r met <"$ME"
                      wait
                  - run: |
                      skopeo --insecure-policy copy --quiet --dest-tls-verify=false 'oci:\(layout):latest' \\
                        "docker://\(registry.address)/$ME/app:1"
            """)
        let secrets = Dictionary(
            uniqueKeysWithValues: ["alice", "bob"].map { ($0.uppercased(), LoopbackRegistry.password(of: $0)) })
        let run = try await workflow.command(secrets: secrets).run()
        #expect(run.status == 0, "\(run.log)")
        #expect(try pushes(registry).sorted() == ["alice alice/app:1", "bob bob/app:1"])
        #expect(run.leftBehind == ["nothing", "nothing"])
    }

    @Test("a second one in a job adds to what the first has given")
    func twice() async throws {
        let release = try await Release()
        let workflow = try await Workflow(
            job(
                release.inputs + [
                    #"login: "one.example.com=REGISTRY_USER,REGISTRY_PASSWORD\n1.example.com=REGISTRY_USER,GITHUB_ENV""#
                ],
                """
                - uses: \(Workflow.action)
                  with:
                    login: two.example.com=REGISTRY_USER,REGISTRY_PASSWORD
                  env:
                    REGISTRY_USER: bob
                    REGISTRY_PASSWORD: ${{ secrets.REGISTRY_PASSWORD }}
                - run: |
                    grep -q '"one.example.com"' "$DOCKER_CONFIG/config.json"
                    grep -q '"1.example.com"' "$DOCKER_CONFIG/config.json"
                    grep -q '"two.example.com"' "$DOCKER_CONFIG/config.json"
                """))
        let run = try await workflow.command(secrets: ["REGISTRY_PASSWORD": "secret"]).run()
        #expect(run.status == 0, "\(run.log)")
        #expect(run.leftBehind == ["nothing"])
        #expect(try release.server.requests().count == 1)
    }

    @Test("tells what was set and why, where it is asked to, and no secret")
    func explains() async throws {
        let release = try await Release()
        let workflow = try await Workflow(
            job(
                release.inputs + ["explain: true", "login: registry.example.com=REGISTRY_USER,REGISTRY_PASSWORD"],
                "- run: test -d \"$BERTH_JOB\""))
        let run = try await workflow.command(secrets: ["REGISTRY_PASSWORD": "secret-of-alice"]).run()
        #expect(run.status == 0, "\(run.log)")
        #expect(run.log.contains("registry.example.com  ***  REGISTRY_USER, REGISTRY_PASSWORD"))
        #expect(!run.log.contains("secret-of-alice"))
    }

    @Test("has later steps ask berth where the registry takes the job's OIDC token")
    func keyless() async throws {
        let release = try await Release()
        let registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
        var workflow = try await Workflow(
            job(
                release.inputs + ["oidc: \(registry)=role:arn:aws:iam::123456789012:role/ci"],
                """
                - run: |
                    test "$(command -v docker-credential-berth)" = "$BERTH_JOB/bin/docker-credential-berth"
                    grep -q '"\(registry)": "berth"' "$DOCKER_CONFIG/config.json"
                """))
        workflow.options += [
            "--env", "ACTIONS_ID_TOKEN_REQUEST_URL=https://tokens.example.com/?v=1",
            "--env", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=token-of-the-job",
        ]
        let run = try await workflow.command().run()
        #expect(run.status == 0, "\(run.log)")
        #expect(run.leftBehind == ["nothing"])
    }

    @Test("downloads nothing where the runner has the program")
    func preinstalled() async throws {
        let scratch = try ScratchDirectory()
        try Files.link("\(scratch.path)/berth", to: Berth.path)
        var workflow = try await Workflow(job([], "- run: test -d \"$BERTH_JOB\""))
        workflow.prefer(programsIn: scratch.path)
        let run = try await workflow.command().run()
        #expect(run.status == 0, "\(run.log)")
        #expect(run.log.contains("is on this runner, in \(scratch.path)"))
        #expect(run.leftBehind == ["nothing"])
        #expect(Files.names(in: scratch.path) == ["berth"])
    }

    /// Inputs that cannot work, and what the action says of them; `RELEASES` and `SHA256` are those of a release.
    struct Mistake: CustomTestStringConvertible, Sendable {
        let inputs: [String]
        let says: String
        var testDescription: String { says }
    }

    static let mistakes = [
        Mistake(inputs: [], says: "to install it the action needs its input sha256"),
        Mistake(inputs: ["sha256: abc"], says: "the input sha256 has what is not a SHA-256 checksum"),
        Mistake(
            inputs: ["releases: RELEASES", "sha256: \(String(repeating: "0", count: 64))"],
            says: "is not what sha256 names: its checksum is SHA256"),
        Mistake(
            inputs: ["releases: RELEASES/none", "sha256: SHA256"], says: "cannot be downloaded: the server says 404"),
        Mistake(
            inputs: ["releases: RELEASES", "sha256: SHA256", "login: registry.example.com=NONE_USER,NONE_PASSWORD"],
            says: "no login to registry.example.com: NONE_PASSWORD is not set"),
        Mistake(
            inputs: ["releases: RELEASES", "sha256: SHA256", "system: gitea"], says: "GITEA_ACTIONS is not set"),
        Mistake(
            inputs: ["releases: RELEASES", "sha256: SHA256", "explain: maybe"],
            says: "explain is neither true nor false"),
    ]

    @Test("says in one line what is wrong, and the job does not go on", arguments: mistakes)
    func mistaken(_ mistake: Mistake) async throws {
        let release = try await Release()
        let fill = { (text: String) in
            text.replacing("RELEASES", with: release.address).replacing("SHA256", with: release.sha256)
        }
        let workflow = try await Workflow(job(mistake.inputs.map(fill), "- run: echo the job goes on"))
        let run = try await workflow.command().run()
        #expect(run.status == 1)
        #expect(run.log.contains("::error title=berth::"))
        #expect(run.log.contains(fill(mistake.says)), "\(run.log)")
        #expect(!run.log.contains("| the job goes on"))
        #expect(run.leftBehind == ["nothing"])
    }

    @Test("warns where the job's directory cannot be removed, and the job's result stays")
    func stays() async throws {
        let release = try await Release()
        let workflow = try await Workflow(
            job(
                release.inputs,
                """
                - run: rm "$(command -v berth)"
                """))
        let run = try await workflow.command().run()
        #expect(run.status == 0, "\(run.log)")
        #expect(run.log.contains("::warning title=berth::the job's directory is still there: "))
    }

    @Test("its transcripts of a passing and a failing job can be shown")
    func transcripts() async throws {
        let scratch = try ScratchDirectory()
        var show = Command(
            "\(Berth.packageRoot)/scripts/show-github", [Berth.path],
            environment: ["PATH": Command.searchPath, "TMPDIR": scratch.path, "HOME": scratch.path])
        show.deadline = .seconds(180)
        let run = try await show.run()
        #expect(run.status == 0, "\(run.log)")
        #expect(run.text.contains("Job succeeded") && run.text.contains("Job failed"))
        #expect(Files.names(in: scratch.path).isEmpty)
    }

    @Test("the parts that need no runner do what they say, on the runner's Node")
    func units() async throws {
        let scratch = try ScratchDirectory()
        let test = Command(
            "\(try Workflow.node())/node",
            ["--test", "\(Berth.packageRoot)/Tests/TemplateTests/GitHub/action.test.js"],
            environment: ["PATH": Command.searchPath, "TMPDIR": scratch.path, "NO_PROXY": "127.0.0.1"])
        let run = try await test.run()
        #expect(run.status == 0, "\(run.text)")
    }
}

/// A workflow of one job that uses the action and then does `steps`.
private func job(_ inputs: [String], _ steps: String) -> String {
    let with = inputs.isEmpty ? "" : "\n        with:" + inputs.map { "\n          \($0)" }.joined()
    return """
        on: push
        jobs:
          job:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v7
              - uses: ./watch
              - uses: \(Workflow.action)
                id: berth\(with)
                env:
                  REGISTRY_USER: alice
                  REGISTRY_PASSWORD: ${{ secrets.REGISTRY_PASSWORD }}
        \(steps.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
        """
}

/// Who has put which tag into the registry.
private func pushes(_ registry: borrowing LoopbackRegistry) throws -> [String] {
    try registry.requests().filter { $0.method == "PUT" && $0.uri.contains("/manifests/") }.map {
        "\($0.user) \($0.uri.dropFirst("/v2/".count).replacing("/manifests/", with: ":"))"
    }
}
