internal import Synchronization
internal import TestSupport
internal import Testing

/// Any number of jobs and logins at once: none is lost, none is mixed up.
@Suite(.serialized) struct ConcurrencyTests {
    @Test func twoHundredJobsLogInToThreeRegistriesEachWhileGCRuns() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(dockerConfig([(host: "shared.example.com", user: "u", password: "p")]))
        let before = Files.snapshot(machine.home)
        let jobs = (0..<200).map { number in
            var command = job(
                """
                set -e
                for n in 1 2 3; do
                    echo "password-$CI_JOB_ID-$n" | berth login "r$n.example.com" -u "user$CI_JOB_ID" --password-stdin --no-verify >&2
                done
                cat "$DOCKER_CONFIG/config.json"
                """,
                machine.gitlabJob("\(number)", registry: "registry.example.com", user: "job\(number)", password: "pw"))
            command.deadline = .seconds(240)
            return command
        }
        let running = Mutex(true)
        let environment = machine.environment
        async let collecting: Int = {
            var runs = 0
            while running.withLock({ $0 }) {
                try await berth(["gc"], environment).succeed()
                runs += 1
            }
            return runs
        }()
        let outcomes = try await concurrently(jobs)
        running.withLock { $0 = false }
        let runs = try await collecting
        #expect(runs > 0)

        var wrong: [String] = []
        for (number, outcome) in outcomes.enumerated() {
            var expected = [
                "\"registry.example.com\":\"\(basicAuth("job\(number)", "pw"))\"",
                "\"shared.example.com\":\"\(basicAuth("u", "p"))\"",
            ]
            expected += (1...3).map {
                "\"r\($0).example.com\":\"\(basicAuth("user\(number)", "password-\(number)-\($0)"))\""
            }
            let found =
                outcome.status == 0 ? try await jq(".auths | map_values(.auth)", outcome.output) : outcome.errorText
            if !expected.allSatisfy(found.contains) { wrong.append("job \(number): exit \(outcome.status): \(found)") }
        }
        #expect(wrong.isEmpty, "\(wrong.count) of 200, as \(wrong.first ?? "")")
        #expect(Files.differences(before, Files.snapshot(machine.home)) == [])
        let empty = try await waitUntil {
            try await berth(["gc"], environment).succeed()
            return jobDirectories(environment["BERTH_TMP_DIR"]! + "/berth-\(Berth.user)").isEmpty
        }
        #expect(empty, "all jobs have ended")
    }

    @Test func sixtyFourLoginsIntoOneConfig() async throws {
        let machine = try Machine()
        let folder = try machine.scratch.directory("config")
        let logins = (0..<64).map { number in
            var command = berth(
                [
                    "login", "host\(number).example.com", "-u", "user", "--password-stdin", "--no-verify",
                    "--docker-config", folder,
                ], machine.environment)
            command.input = Array("password-\(number)\n".utf8)
            return command
        }
        let outcomes = try await concurrently(logins)
        #expect(outcomes.allSatisfy { $0.status == 0 }, "\(outcomes.map(\.errorText))")
        let found = try await jq(".auths | map_values(.auth)", file: "\(folder)/config.json")
        let lost = (0..<64).filter {
            !found.contains("\"host\($0).example.com\":\"\(basicAuth("user", "password-\($0)"))\"")
        }
        #expect(lost.isEmpty)
        #expect(Files.mode("\(folder)/config.json") == 0o600)

        let logouts = (0..<64).filter { $0 % 2 == 0 }.map { number in
            berth(["logout", "host\(number).example.com", "--docker-config", folder], machine.environment)
        }
        let left = try await concurrently(logouts)
        #expect(left.allSatisfy { $0.status == 0 }, "\(left.map(\.errorText))")
        let count = try await jq(".auths | length", file: "\(folder)/config.json")
        #expect(count == "32")
    }
}
