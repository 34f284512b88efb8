internal import JSON
internal import TestSupport
internal import Testing

/// The proxy in front of Debian's registry, asked by curl.
@Suite("A faulty proxy")
struct FaultyProxyTests {
    /// What curl says when the other side ended the connection: in the answer's head or before (52, 56), in its body (18).
    private static let cut: Set<Int32> = [18, 52, 56]

    /// How many bytes the list of tags has: {"name":"app","tags":["1-multi","1"]}, and a newline.
    private static let length = 38

    /// A registry with one tag, behind a proxy.
    private struct Surroundings: ~Copyable {
        let registry: LoopbackRegistry
        let proxy: FaultyProxy
        let tags: String

        init(_ rules: [FaultyProxy.Rule] = []) async throws {
            let registry = try await LoopbackRegistry()
            try await registry.store([.index([.image()], tags: ["1-multi"]), .image(tags: ["1"])], as: "app")
            let proxy = try await FaultyProxy(to: registry.address, rules: rules)
            self.registry = registry
            self.proxy = proxy
            tags = "http://\(self.proxy.address)/v2/app/tags/list"
        }

        func asked() async throws -> Int {
            try await registry.exchanges().filter { $0.agent.hasPrefix("curl") }.count
        }
    }

    @Test("without rules passes everything on, on one connection")
    func passesOn() async throws {
        let world = try await Surroundings()
        let url = world.tags
        let outcome = try await Command("curl", ["--silent", "--write-out", "%{num_connects}\n", url, url]).succeed()
        #expect(outcome.lines.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element) == ["1", "0"])
        #expect(try await world.asked() == 2)
    }

    @Test("serves a client that pushes and pulls")
    func skopeo() async throws {
        let registry = try await LoopbackRegistry()
        let proxy = try await FaultyProxy(to: registry.address)
        let scratch = try ScratchDirectory()
        let layout = try await ImageLayout(in: scratch.path)
        let image = "docker://\(proxy.address)/app:1"
        let environment = ["PATH": Command.searchPath, "HOME": scratch.path]
        let plain = ["--dest-tls-verify=false", "--src-tls-verify=false"]
        for ends in [["oci:\(layout.path):latest", image], [image, "dir:\(scratch.path)/pulled"]] {
            try await Command("skopeo", ["copy"] + plain + ends, environment: environment).succeed()
        }
        #expect(try proxy.requests().contains { $0.method == "PUT" && $0.uri == "/v2/app/manifests/1" })
    }

    @Test("streams both ways what is larger than it may hold", .timeLimit(.minutes(1)))
    func streams() async throws {
        let world = try await Surroundings()
        let base = "http://\(world.proxy.address)"
        let scratch = try ScratchDirectory()
        let file = "\(scratch.path)/blob"
        try await Command("truncate", ["-s", "64M", file]).succeed()
        let digest = "sha256:\(try await Command("sha256sum", [file]).succeed().text.prefix(64))"
        let start = try await curl("\(base)/v2/app/blobs/uploads/", ["--request", "POST"])
        let location = try #require(start.header("location"))
        #expect(location.hasPrefix(base))
        let put = try await curl("\(location)&digest=\(digest)", ["--upload-file", file])
        #expect(put.status == 201)
        let got = try await Command.shell("curl -s '\(base)/v2/app/blobs/\(digest)' | sha256sum").succeed().text
        #expect("sha256:\(got.prefix(64))" == digest)
        #expect(try world.proxy.peakMemory() < 40_000_000)
    }

    @Test("answers in the server's place, as often as it is told to")
    func answers() async throws {
        let world = try await Surroundings([
            .init(.tooManyRequests(retryAfter: "3"), method: "GET", path: "/tags/", times: 2)
        ])
        let first = try await curl(world.tags)
        #expect(first.status == 429)
        #expect(first.header("retry-after") == "3")
        #expect(try await curl(world.tags).status == 429)
        #expect(try await curl(world.tags).status == 200)
        #expect(try await world.asked() == 1)
        #expect(try world.proxy.requests().map(\.rule) == [0, 0, nil])
    }

    @Test(
        "lets pass what another method, another path or an earlier request is",
        arguments: [
            FaultyProxy.Rule(.answer(500), method: "DELETE"), .init(.answer(500), method: "GET", path: "/blobs/"),
            .init(.answer(500), skipping: 1),
        ])
    func otherRequests(rule: FaultyProxy.Rule) async throws {
        let world = try await Surroundings([rule])
        #expect(try await curl(world.tags).status == 200)
    }

    @Test("takes other rules while it runs")
    func otherRules() async throws {
        let world = try await Surroundings()
        #expect(try await curl(world.tags).status == 200)
        let rules = [FaultyProxy.Rule(.answer(503), times: 1)]
        for _ in 0..<2 {
            try world.proxy.use(rules)
            #expect(try await curl(world.tags).status == 503)
            #expect(try await curl(world.tags).status == 200)
        }
    }

    @Test("leads to the wrong host, whose log tells what reached it")
    func wrongHost() async throws {
        let wrong = try await FaultyProxy(to: nil, host: "127.0.0.2")
        let world = try await Surroundings([.init(.redirect(to: wrong.address), times: 1)])
        let answer = try await curl(world.tags, ["--location", "--header", "X-Probe: told"])
        #expect(answer.status == 404)
        let request = try #require(try wrong.requests().first)
        #expect(request.uri == "/v2/app/tags/list")
        #expect(request.header("x-probe") == "told")
        #expect(try wrong.log().contains("told"))
    }

    @Test(
        "cuts before the answer, and after it was applied",
        arguments: [(FaultyProxy.Fault.cutBeforeAnswer, 0), (.applyThenCut, 1)])
    func cuts(fault: FaultyProxy.Fault, asked: Int) async throws {
        let world = try await Surroundings([.init(fault)])
        #expect(Self.cut.contains(try await curl(world.tags).exit))
        #expect(try await world.asked() == asked)
    }

    @Test("cuts in the headers, which curl takes for their end")
    func cutInHeaders() async throws {
        let world = try await Surroundings([.init(.cutInHeaders)])
        let answer = try await curl(world.tags)
        #expect(answer.header("content-type") == "application/json; charset=utf-8")
        #expect(answer.header("content-length") == nil)
        #expect(answer.body.isEmpty)
    }

    @Test("cuts in the body, whose length it has told")
    func cutBody() async throws {
        let world = try await Surroundings([.init(.cutBody(after: 5))])
        let answer = try await curl(world.tags)
        #expect(answer.exit == 18)
        #expect(answer.body == #"{"nam"#)
        #expect(answer.header("content-length") == "\(Self.length)")
    }

    @Test("shortens the body and the length that it tells")
    func truncates() async throws {
        let world = try await Surroundings([.init(.truncateBody(to: 5))])
        let answer = try await curl(world.tags)
        #expect(answer.exit == 0)
        #expect(answer.body == #"{"nam"#)
    }

    @Test("tells a wrong length", arguments: [(9, Int32(18)), (-9, 0)])
    func claimsLength(difference: Int, exit: Int32) async throws {
        let world = try await Surroundings([.init(.claimLength(by: difference))])
        let answer = try await curl(world.tags)
        #expect(answer.exit == exit)
        #expect(answer.header("content-length") == "\(Self.length + difference)")
        #expect(answer.body.utf8.count == Self.length + min(0, difference))
    }

    @Test("cuts an upload, of which the server has the first part")
    func cutUpload() async throws {
        let world = try await Surroundings([.init(.cutUpload(after: 1000), method: "PATCH")])
        let start = try await curl("http://\(world.proxy.address)/v2/app/blobs/uploads/", ["--request", "POST"])
        let location = try #require(start.header("location"))
        let patch =
            ["--request", "PATCH", "--data-binary", String(repeating: "x", count: 5000)]
            + ["--header", "Content-Type: application/octet-stream"]
        #expect(Self.cut.contains(try await curl(location, patch).exit))
        let storage = world.registry.storage
        let isThere = await waitUntil { Files.snapshot(storage).values.contains { $0.content.count == 1000 } }
        #expect(isThere)
    }

    @Test(
        "spoils headers and bodies",
        arguments: [
            (FaultyProxy.Fault.wrongDigest, "docker-content-digest", "sha256:\(String(repeating: "0", count: 64))"),
            (.replaceHeader("Link", "<{uri}>; rel=\"next\""), "link", "</v2/app/manifests/1-multi>; rel=\"next\""),
            (.replaceHeader("Content-Type", nil), "content-type", nil),
            (.extraHeaders(1000), "x-filler-999", String(repeating: "x", count: 64)),
        ] as [(FaultyProxy.Fault, String, String?)])
    func headers(fault: FaultyProxy.Fault, name: String, value: String?) async throws {
        let world = try await Surroundings([.init(fault)])
        let accept = ["--header", "Accept: application/vnd.oci.image.index.v1+json"]
        let answer = try await curl("http://\(world.proxy.address)/v2/app/manifests/1-multi", accept)
        #expect(answer.status == 200)
        #expect(answer.header(name) == value)
    }

    @Test("flips one bit of the body")
    func flips() async throws {
        let world = try await Surroundings([.init(.flipByte(at: 2))])
        #expect(try await curl(world.tags).body.hasPrefix(#"{"oame":"app""#))
    }

    @Test("answers with what is no JSON")
    func rubbish() async throws {
        let world = try await Surroundings([.init(.rubbish)])
        let answer = try await curl(world.tags)
        #expect(answer.exit == 0)
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array(answer.body.utf8)) }
    }

    @Test("goes on for as long as the client reads")
    func endless() async throws {
        let world = try await Surroundings([.init(.endlessBody)])
        let head = "curl -s '\(world.tags)' | head -c 50000000 | wc -c"
        #expect(try await Command.shell(head).succeed().lines == ["50000000"])
    }

    @Test(
        "is slow where it is told to be",
        arguments: [
            FaultyProxy.Fault.delay(.milliseconds(300)), .drip(bytes: 8, every: .milliseconds(75)),
        ])
    func slow(fault: FaultyProxy.Fault) async throws {
        let world = try await Surroundings([.init(fault)])
        let begin = ContinuousClock.now
        #expect(try await curl(world.tags).status == 200)
        #expect(ContinuousClock.now - begin >= .milliseconds(300))
    }

    @Test("says nothing until the client gives up")
    func silence() async throws {
        let world = try await Surroundings([.init(.silence)])
        #expect(try await curl(world.tags, ["--max-time", "0.3"]).exit == 28)
    }

    @Test(
        "tells a test that a fault cannot be had",
        arguments: [
            ("--get", FaultyProxy.Fault.cutBody(after: length)), ("--head", .flipByte(at: 0)),
        ])
    func notApplicable(option: String, fault: FaultyProxy.Fault) async throws {
        let world = try await Surroundings([.init(fault)])
        #expect(try await curl(world.tags, [option]).status == 599)
    }
}
