internal import Glibc
internal import TestSupport
internal import Testing

/// Credential helpers as processes: many at once, refused, killed and interrupted.
@Suite("Helpers of one job", .serialized, .timeLimit(.minutes(3)))
struct HelperProcessTests {
    /// Starts a hundred helpers at once, and prints how often each answer came, with its exit code.
    private static let hundred = """
        mkdir "$BERTH_JOB/answers"
        for n in $(seq 100); do
            { printf %s "$ADDRESS" | docker-credential-berth get >"$BERTH_JOB/answers/$n" 2>>"$ERRORS"
              echo "exit $?" >>"$BERTH_JOB/answers/$n"; } &
        done
        wait
        for n in $(seq 100); do tr '\\n' ' ' <"$BERTH_JOB/answers/$n"; echo; done | sort | uniq -c
        """

    @Test("a hundred at once make one exchange, and all have its credential")
    func together() async throws {
        let site = try await KeylessSite(.init(delay: 2))
        let outcome = try await site.job(Self.hundred, ["ERRORS": site.machine.path("errors")]).run()
        let password = try #require(try site.identity.passwords().first)
        let answer = #"{"ServerURL":"\#(site.registry.address)","Username":"me","Secret":"\#(password)"} exit 0 "#
        #expect(outcome.lines == ["    100 \(answer)"], "\(outcome.errorText)")
        #expect(try site.identity.exchangesAsked() == 1)
        let errors = try Files.text(site.machine.path("errors"))
        #expect(errors == "")
    }

    @Test("a hundred at once are refused together, and each says why, without the token")
    func refusedTogether() async throws {
        let site = try await KeylessSite(.init(delay: 3, refuses: true))
        let outcome = try await site.job(Self.hundred, ["ERRORS": site.machine.path("errors")]).run()
        #expect(outcome.lines.count == 1, "\(outcome.lines)")
        let line = outcome.lines.first ?? ""
        #expect(line.hasPrefix("    100 ") && line.contains("exit 1"), "\(line)")
        #expect(line.contains("is not trusted"), "\(line)")
        let errors = try Files.text(site.machine.path("errors"))
        #expect(errors.contains("hint: "))
        for text in [line, errors] { #expect(!text.contains("eyJ")) }
        // Once; helpers that began after that was over ask anew.
        #expect(try [1, 2].contains(site.identity.exchangesAsked()))
    }

    @Test("one that is killed while it asks leaves nothing that the next one waits for")
    func killed() async throws {
        let site = try await KeylessSite(.init(delay: 600))
        let told = site.machine.path("told")
        let process = try site.job(
            #"echo "$BERTH_JOB" >"$TOLD"; printf %s "$ADDRESS" | docker-credential-berth get"#, ["TOLD": told]
        ).start()
        let identity = site.identity
        #expect(try await waitUntil(.seconds(30)) { try identity.exchangesAsked() == 1 })
        process.signalGroup(SIGKILL)
        _ = try? await process.outcome()

        try site.identity.use(.init())
        let job = try Files.text(told).split(separator: "\n").first.map(String.init) ?? ""
        var next = Command("\(job)/bin/docker-credential-berth", ["get"], environment: site.environment)
        next.environment["BERTH_JOB"] = job
        next.input = Array(site.registry.address.utf8)
        next.deadline = .seconds(30)
        let outcome = try await next.run()
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.text.contains(try site.identity.passwords()[0]))
    }

    @Test("one that is interrupted while it asks ends by the signal and keeps nothing", arguments: [SIGTERM, SIGINT])
    func interrupted(signal: Int32) async throws {
        let site = try await KeylessSite(.init(delay: 600))
        let outcome = try await site.job(
            """
            printf %s "$ADDRESS" >"$BERTH_JOB/host"
            env --default-signal=INT docker-credential-berth get <"$BERTH_JOB/host" & helper=$!
            while ! grep -q asked "$REQUESTS"; do :; done
            kill -\(signal) $helper; wait $helper; echo "exit $?"; ls "$BERTH_JOB/minted"
            """, ["REQUESTS": site.identity.log]
        ).run()
        let expected = ["exit \(128 + signal)", "127.0.0.1_58_\(site.registry.address.split(separator: ":")[1]).lock"]
        #expect(outcome.lines == expected, "\(outcome.errorText)")
    }

    @Test("store wins until erase, which forgets what was minted too; list asks nobody")
    func verbs() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(
            #"""
            ask() { printf %s "$2" | docker-credential-berth "$1"; echo "exit $?"; }
            ask list unused
            ask get "$ADDRESS" >/dev/null
            ask store '{"ServerURL":"'"$ADDRESS"'","Username":"own","Secret":"s"}'
            ask get "$ADDRESS"
            ask erase "$ADDRESS"
            ls "$BERTH_JOB/minted"
            ask get "https://$ADDRESS/v2/" | grep -c minted
            ask list unused
            """#
        ).run()
        let address = site.registry.address, port = address.split(separator: ":")[1]
        let listed = #"{"\#(address)":"me"}"#
        #expect(
            outcome.lines == [
                listed, "exit 0", "exit 0", #"{"ServerURL":"\#(address)","Username":"own","Secret":"s"}"#, "exit 0",
                "exit 0", "127.0.0.1_58_\(port).lock", "1", listed, "exit 0",
            ], "\(outcome.text)\(outcome.errorText)")
        #expect(try site.exchanges() == [200, 200])
    }

    @Test("the job is found by DOCKER_CONFIG, where BERTH_JOB is not handed on")
    func found() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(
            #"printf %s "$ADDRESS" | env -u BERTH_JOB docker-credential-berth get"#
        ).run()
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.text.contains("minted-"))
    }

    @Test("sources.json beside any other docker config is not looked at")
    func planted() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(
            #"""
            mkdir -p "$HOME/checkout/docker"; cp "$BERTH_JOB/sources.json" "$BERTH_JOB/lease.json" "$HOME/checkout"
            cp "$DOCKER_CONFIG/config.json" "$HOME/checkout/docker"; chmod 700 "$HOME/checkout"
            printf %s "$ADDRESS" | env -u BERTH_JOB DOCKER_CONFIG="$HOME/checkout/docker" docker-credential-berth get
            """#
        ).run()
        #expect(outcome.text == "credentials not found in native keychain\n")
        #expect(try site.identity.requests().isEmpty)
    }

    @Test("a directory that BERTH_JOB names is looked at only where nobody else could have written into it")
    func plantedJob() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(
            #"""
            mkdir "$HOME/planted"; cp "$BERTH_JOB/sources.json" "$BERTH_JOB/lease.json" "$HOME/planted"
            ask() { printf %s "$ADDRESS" | env -u DOCKER_CONFIG BERTH_JOB="$HOME/planted" docker-credential-berth get; }
            chmod 777 "$HOME/planted"; ask; chmod 700 "$HOME/planted"; ask | grep -c minted
            rm "$HOME/planted/lease.json"; ask
            """#
        ).run()
        let nothing = "credentials not found in native keychain"
        #expect(outcome.lines == [nothing, "1", nothing], "\(outcome.text)")
        #expect(outcome.errorText.contains("planted (BERTH_JOB) is not looked at"), "\(outcome.errorText)")
    }

    @Test("berth logout forgets what was minted")
    func logout() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(
            #"""
            printf %s "$ADDRESS" | docker-credential-berth get | grep -c minted
            berth logout "$ADDRESS"; ls "$BERTH_JOB/minted" | grep -c json
            """#
        ).run()
        #expect(outcome.lines == ["1", "0"], "\(outcome.text)\(outcome.errorText)")
    }

    @Test(
        "one that root runs leaves files that the job's user can use",
        .enabled(if: Berth.isRoot, "only root can run berth as another user"))
    func root() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(
            #"""
            chown -R 4711:4711 "$BERTH_JOB"
            printf %s "$ADDRESS" | docker-credential-berth get | grep -c minted
            printf '{"ServerURL":"a.example","Username":"u","Secret":"s"}' | docker-credential-berth store
            find "$BERTH_JOB" ! -user 4711
            """#
        ).run()
        #expect(outcome.lines == ["1"], "\(outcome.text)\(outcome.errorText)")
    }

    @Test("a credential that cannot be kept is given all the same, and that is said")
    func unwritable() async throws {
        let site = try await KeylessSite()
        // A file in the place of the directory: root may write into whatever is read-only.
        let outcome = try await site.job(
            #"rm -rf "$BERTH_JOB/minted"; : >"$BERTH_JOB/minted"; printf %s "$ADDRESS" | docker-credential-berth get"#
        ).run()
        #expect(outcome.status == 0 && outcome.text.contains("minted-"), "\(outcome.text)")
        #expect(outcome.errorText.contains("cannot be kept"), "\(outcome.errorText)")
    }

    @Test("a credential that is about to end is given out where it cannot be renewed, and that is said")
    func notRenewed() async throws {
        let site = try await KeylessSite(.init(lifetime: 60))
        let outcome = try await site.job(
            #"""
            printf %s "$ADDRESS" | docker-credential-berth get
            file=$(echo "$BERTH_JOB"/minted/*.json)
            # As if 40 of its 60 seconds were over.
            jq -c '.made -= 40 | .madeSinceBoot -= 40 | .end -= 40' "$file" >"$BERTH_JOB/new" && mv "$BERTH_JOB/new" "$file"
            printf %s "$ADDRESS" | ACTIONS_ID_TOKEN_REQUEST_TOKEN=wrong docker-credential-berth get
            """#
        ).run()
        #expect(outcome.status == 0 && outcome.lines.count == 2 && outcome.lines[0] == outcome.lines[1], "\(outcome)")
        #expect(outcome.errorText.contains("is not renewed"), "\(outcome.errorText)")
    }
}
