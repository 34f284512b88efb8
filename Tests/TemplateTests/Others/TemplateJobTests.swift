internal import TestSupport
internal import Testing

/// The jobs of the templates, run line by line as the CI systems run them.
///
/// GitLab's and GitHub's have tests of their own.
@Suite("Jobs of the other templates", .timeLimit(.minutes(5)))
struct TemplateJobTests {
    @Test(
        "Two jobs at once push with the credential of each, one fails, and both leave nothing behind",
        arguments: TemplateJob.all)
    func twoJobs(of job: TemplateJob) async throws {
        let release = try await Release(), registry = try await LoopbackRegistry(users: ["ada", "bob"])
        let scratch = try ScratchDirectory()
        let layout = try await ImageLayout(in: scratch.path)
        let settings = release.settings, address = registry.address

        for shell in job.shells {
            let machine = try TemplateMachine(registry: address)
            let tag = shell.joined()
            let run = { @Sendable (user: String, end: String) in
                try await machine.run(
                    job, name: user, shell: shell, settings, (address, user, LoopbackRegistry.password(of: user)),
                    command: """
                        skopeo copy --quiet --dest-tls-verify=false oci:\(layout.path):latest \
                        docker://\(address)/\(user)/app:\(tag) && \(end)
                        """)
            }
            async let ada = run("ada", "true")
            async let bob = run("bob", "false")
            let (passing, failing) = try await (ada, bob)

            #expect(passing.status == 0, "\(shell): \(passing.log)")
            #expect(failing.status != 0 && failing.status != 99, "\(shell): \(failing.log)")
            let pushes = try registry.requests().filter { $0.method == "PUT" && $0.uri.hasSuffix("/manifests/\(tag)") }
            #expect(
                Set(pushes.map { "\($0.user) \($0.uri)" }) == [
                    "ada /v2/ada/app/manifests/\(tag)", "bob /v2/bob/app/manifests/\(tag)",
                ])
            #expect(try await machine.leftovers().isEmpty)
            for (user, log) in [("ada", passing.log), ("bob", failing.log)] {
                let password = LoopbackRegistry.password(of: user)
                #expect(!log.contains(password) && !log.contains(basicAuth(user, password)))
            }
        }
    }

    @Test("A branch of any name reaches the job as it is, and nothing in it is run", arguments: TemplateJob.all)
    func hostileBranch(of job: TemplateJob) async throws {
        let name = #"a'"\$(id)`id`${HOME}%0A##vso[task.setvariable variable=PATH]x%AZP25;|&#é"#
        let version = try await Release.builtVersion()
        for shell in job.shells {
            let machine = try TemplateMachine(registry: "registry.example.com")
            let run = try await machine.run(
                job, shell: shell, ["BERTH_VERSION": version], ("registry.example.com", "ada", "secret-1"),
                command: #"printf '<%s>' "$BERTH_BRANCH" >branch"#,
                variables: ["PATH": Berth.searchPath, job.branch.variable: job.branch.prefix + name])
            #expect(run.status == 0, "\(shell): \(run.log)")
            #expect(try Files.text(machine.path("branch")) == "<\(name)>", "\(shell)")
        }
    }

    @Test(
        "What collects leftovers leaves the job alone, seen from another container with other process ids",
        arguments: TemplateJob.contained)
    func collectionInAnotherStep(of job: TemplateJob) async throws {
        let version = try await Release.builtVersion()
        let machine = try TemplateMachine(registry: "registry.example.com")
        let run = try await machine.run(
            job, ["BERTH_VERSION": version], ("registry.example.com", "ada", "secret-1"),
            command: """
                BERTH_TMP_DIR=$(dirname $(dirname $BERTH_JOB)) berth gc && test -s $DOCKER_CONFIG/config.json && touch ran
                """, variables: ["PATH": Berth.searchPath])
        #expect(run.status == 0, "\(run.log)")
        #expect(Files.exists(machine.path("ran")))
    }

    @Test("An archive with another checksum ends the job before anything of it is run", arguments: TemplateJob.all)
    func wrongChecksum(of job: TemplateJob) async throws {
        let scratch = try ScratchDirectory()
        _ = try scratch.file(try await Release.archive(of: "1.2.3"), "not what was released")
        let server = try await FileServer(scratch.path)
        let settings = [
            "BERTH_RELEASES": server.address, "BERTH_VERSION": "1.2.3",
            "BERTH_SHA256": String(repeating: "0", count: 64),
        ]
        let machine = try TemplateMachine(registry: "registry.example.com")
        let run = try await machine.run(
            job, settings, ("registry.example.com", "ada", "secret-1"), command: "touch ran")
        #expect(run.status != 0 && run.status != 99, "\(run.log)")
        #expect(run.log.contains("berth: BERTH_SHA256 does not name "))
        #expect(try await machine.leftovers().isEmpty)
    }

    @Test(
        "Where the version is there already, nothing is downloaded and no setting needed", arguments: TemplateJob.all)
    func preinstalled(of job: TemplateJob) async throws {
        let version = try await Release.builtVersion()
        let machine = try TemplateMachine(registry: "registry.example.com")
        let run = try await machine.run(
            job, ["BERTH_VERSION": version], ("registry.example.com", "ada", "secret-1"),
            command: "touch ran", variables: ["PATH": Berth.searchPath])
        #expect(run.status == 0, "\(run.log)")
        #expect(Files.exists(machine.path("ran")))
        #expect(try await machine.leftovers(but: [machine.path("ran")]).isEmpty)
    }

    @Test("Without settings the job fails, and says which it wants", arguments: TemplateJob.all)
    func missingSettings(of job: TemplateJob) async throws {
        let machine = try TemplateMachine(registry: "registry.example.com")
        let run = try await machine.run(
            job, ["BERTH_VERSION": "1.2.3"], ("registry.example.com", "ada", "secret-1"), command: "touch ran")
        #expect(run.status != 0 && run.status != 99, "\(run.log)")
        #expect(run.log.contains("berth: nothing says where to get 1.2.3: set BERTH_RELEASES and BERTH_SHA256\n"))
        #expect(try await machine.leftovers().isEmpty)
    }

    @Test(
        "Where the secrets are kept from a job, as from a fork's, it fails, says so, and logs in by nothing",
        arguments: TemplateJob.withoutSecrets)
    func withheldSecrets(of job: TemplateJob) async throws {
        let version = try await Release.builtVersion()
        let machine = try TemplateMachine(registry: "registry.example.com")
        let run = try await machine.run(
            job, ["BERTH_VERSION": version], ("registry.example.com", "", ""), command: "touch ran",
            variables: ["PATH": Berth.searchPath])
        #expect(run.status != 0 && run.status != 99, "\(run.log)")
        #expect(run.log.contains("berth: no login to registry.example.com: GHCR_"))
        #expect(!Files.exists(machine.path("ran")))
        #expect(try await machine.leftovers().isEmpty)
    }

    @Test(
        "berth-exec passes on a signal that it alone is sent, and has the command's exit code",
        arguments: ["dash", "bash", "busybox sh"])
    func signal(toScriptIn shell: String) async throws {
        let scratch = try ScratchDirectory()
        var run = Command.shell(
            """
            mkfifo ready
            \(shell) '\(TemplateFiles.root)/generic/berth-exec' \
                sh -c 'trap "kill \\$!; exit 7" TERM; sleep 100 & echo >ready; wait' &
            read -r _ <ready
            kill -TERM "$!"
            wait "$!"
            """)
        run.directory = scratch.path
        run.environment = [
            "HOME": scratch.path, "PATH": Berth.searchPath, "TMPDIR": scratch.path,
            "BERTH_VERSION": try await Release.builtVersion(),
        ]
        let outcome = try await run.run()
        #expect(outcome.status == 7, "\(outcome.errorText)")
    }
}
