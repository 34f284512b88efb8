internal import TestSupport
internal import Testing

/// What is minted stands in files of the job's directory, and nowhere else; the OIDC token stands in none.
@Suite("Secrets of a keyless job", .serialized, .timeLimit(.minutes(3)))
struct KeylessSecretTests {
    @Test(
        "no call of the system has one but those that the job's own files, pipes and sockets need",
        .enabled(if: Files.exists("/usr/bin/strace"), "strace is not installed or may not trace here"))
    func traced() async throws {
        let site = try await KeylessSite()
        try await site.registry.store([.image(format: .docker, tags: ["1"])], as: "group/app")
        let log = "\(try site.machine.scratch.directory("trace"))/process"
        let calls =
            "openat,open,creat,write,writev,pwrite64,rename,renameat,renameat2,symlinkat,linkat,execve,sendto,sendmsg"
        var job = site.job(
            """
            printf %s "$ADDRESS" | docker-credential-berth get >"$BERTH_JOB/answer" || exit 1
            berth tags $ADDRESS/group/app || exit 1
            /usr/bin/skopeo list-tags --tls-verify=false docker://$ADDRESS/group/app || exit 1
            docker-credential-berth list </dev/null || exit 1
            berth ci-env github --oidc '\(site.request())' --explain >/dev/null || exit 1
            """)
        job.arguments = ["-ff", "-yy", "-s", "1000000", "-o", log, "-e", "trace=\(calls)", "dash"] + job.arguments
        job.program = "strace"
        let outcome = try await job.run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let password = try #require(try site.identity.passwords().first)
        #expect(try site.identity.passwords().count == 1)
        let secrets = [password, basicAuth("me", password), "eyJ"]
        for secret in secrets { #expect(!outcome.text.contains(secret) && !outcome.errorText.contains(secret)) }

        var kept = 0
        let traces = Files.names(in: site.machine.path("trace")).map { "\(site.machine.path("trace"))/\($0)" }
        for line in try traces.flatMap({ try Files.text($0).split(separator: "\n") }) {
            guard secrets.contains(where: { line.contains($0) }) else { continue }
            let name = line.prefix { $0 != "(" }
            let target = line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }
            let isFile = name.hasPrefix("write") && target.hasPrefix("\(site.machine.root)/")
            let isTransfer =
                ["sendto", "sendmsg", "write", "writev"].contains(name)
                && ["TCP:", "pipe:", "UNIX", "socket:"].contains { target.hasPrefix($0) }
            #expect(isFile || isTransfer, "a secret in \(name) on \(target)")
            if isFile {
                kept += 1
                #expect(!line.contains("eyJ"), "the OIDC token in \(target)")
            }
        }
        #expect(kept > 0, "the trace has to show the file that is allowed")
    }

    @Test("sources.json and the variables of the job hold none; every file is its owner's alone")
    func files() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(
            """
            printf %s "$ADDRESS" | docker-credential-berth get >/dev/null || exit 1
            grep -rl minted- "$BERTH_JOB"; echo --
            env | grep -c minted-; echo --
            find "$BERTH_JOB" -type f ! -perm 600; find "$BERTH_JOB" -type d ! -perm 700
            """
        ).run()
        let parts = outcome.text.split(separator: "--\n", omittingEmptySubsequences: false)
        try #require(parts.count == 3, "\(outcome.text)\(outcome.errorText)")
        #expect(parts[0].hasSuffix(".json\n") && parts[0].contains("/minted/"), "\(parts[0])")
        #expect(parts[0].split(separator: "\n").count == 1)
        #expect(parts[1] == "0\n")
        #expect(parts[2] == "")
    }
}
