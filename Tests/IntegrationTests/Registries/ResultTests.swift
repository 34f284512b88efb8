internal import TestSupport
internal import Testing

/// What the commands write: JSON whose shape is promised, and tables for people.
@Suite("The result of", .serialized)
struct ResultTests {
    /// An index for two platforms with an attestation, by the tag `multi`; a docker image by `docker`; and what signs it.
    private static let content: [ManifestContent] = {
        var image = ManifestContent.image(
            created: "2024-01-02T03:04:05Z", layers: [1000, 2000], format: .docker, tags: ["docker"])
        image.referrers = [.artifact("application/vnd.example.signature")]
        let index = ManifestContent.index(
            [
                .image(created: "2024-01-01T00:00:00Z", layers: [500], platform: "linux/amd64"),
                .image(created: "2024-03-01T00:00:00Z", layers: [700], platform: "linux/arm64"),
                .attestation(of: 0),
            ], tags: ["multi"])
        return [image, index]
    }()

    /// The keys of an object in their order, as jq sees them.
    private func keys(_ json: [UInt8], _ path: String = ".") async throws -> String {
        try await jq("\(path) | keys_unsorted | join(\" \")", json)
    }

    @Test("tags --json has the promised keys, and only names without --details")
    func tagNames() async throws {
        let site = try await Site()
        try await site.registry.store([.image(tags: ["1"])], as: "app")
        let outcome = try await site.berth(["tags", "\(site.address)/app", "--json"]).succeed()
        #expect(try await keys(outcome.output) == #""repository implementation tags""#)
        #expect(
            try await jq("[.repository, .implementation]", outcome.output) == #"["\#(site.address)/app","default"]"#)
        #expect(
            try await jq(".tags", outcome.output)
                == #"[{"name":"1","digest":null,"createdAt":null,"pushedAt":null,"size":null,"mediaType":null,"platforms":null}]"#
        )
        #expect(outcome.errorText == "")
    }

    @Test("tags --details --json tells digest, times, size, media type and platforms")
    func tagDetails() async throws {
        let site = try await Site()
        let stored = try await site.registry.store(Self.content, as: "app")
        let outcome = try await site.berth(["tags", "\(site.address)/app", "--details", "--json"]).succeed()
        let filter = #".tags[] | select(.name == "NAME") | [.digest, .createdAt, .pushedAt, .mediaType, .platforms]"#
        let docker = try await jq(filter.replacing("NAME", with: "docker"), outcome.output)
        #expect(
            docker
                == #"["\#(stored[0].digest)","2024-01-02T03:04:05Z",null,"application/vnd.docker.distribution.manifest.v2+json",["linux/amd64"]]"#
        )
        // An index is as old as its newest image, and the attestation is for no machine.
        let multi = try await jq(filter.replacing("NAME", with: "multi"), outcome.output)
        #expect(
            multi
                == #"["\#(stored[1].digest)","2024-03-01T00:00:00Z",null,"application/vnd.oci.image.index.v1+json",["linux/amd64","linux/arm64"]]"#
        )
        let size = try await jq(#".tags[] | select(.name == "docker").size"#, outcome.output)
        let config = try Files.read(
            "\(site.registry.storage)/docker/registry/v2/blobs/sha256/\(hexPath(stored[0].config))/data")
        #expect(size == "\(1000 + 2000 + stored[0].size + config.count)")
    }

    @Test("tags --details is a table with a head and whole columns")
    func tagTable() async throws {
        let site = try await Site()
        let stored = try await site.registry.store(Self.content, as: "app")
        let outcome = try await site.berth(["tags", "\(site.address)/app", "--details"]).succeed()
        let head = try #require(outcome.lines.first)
        #expect(head.split(separator: " ").map(String.init) == ["TAG", "DIGEST", "CREATED", "SIZE", "PLATFORMS"])
        let place = try #require(head.firstRange(of: "DIGEST")?.lowerBound)
        for (name, manifest) in [("docker", stored[0]), ("multi", stored[1])] {
            let row = try #require(outcome.lines.first { $0.hasPrefix("\(name) ") })
            #expect(row[place...].hasPrefix(String(manifest.digest.dropFirst(7).prefix(12))), "\(row)")
        }
        #expect(outcome.lines.contains { $0.hasSuffix("linux/amd64,linux/arm64") })
    }

    @Test("inspect --json has the promised keys, the manifest and the config")
    func inspection() async throws {
        let site = try await Site()
        let stored = try await site.registry.store(Self.content, as: "app")[0]
        let outcome = try await site.berth(["inspect", "\(site.address)/app:docker", "--json"]).succeed()
        #expect(
            try await keys(outcome.output)
                == #""reference digest mediaType size manifest config platforms referrers""#)
        #expect(
            try await jq("[.reference, .digest, .manifest.layers[1].size, .config.architecture]", outcome.output)
                == #"["\#(site.address)/app:docker","\#(stored.digest)",2000,"amd64"]"#)
        #expect(
            try await jq(".referrers", outcome.output)
                == #"[{"digest":"\#(stored.referrers[0].digest)","artifactType":"application/vnd.example.signature"}]"#)
        #expect(try await jq(".platforms", outcome.output) == #"["linux/amd64"]"#)
    }

    @Test("inspect --json of an index has its manifest, no config and all platforms")
    func indexInspection() async throws {
        let site = try await Site()
        let stored = try await site.registry.store(Self.content, as: "app")[1]
        let reference = "\(site.address)/app@\(stored.digest)"
        let outcome = try await site.berth(["inspect", reference, "--json"]).succeed()
        #expect(
            try await jq("[.reference, .config, .platforms, .referrers]", outcome.output)
                == #"["\#(reference)",null,["linux/amd64","linux/arm64"],[]]"#)
        #expect(
            try await jq("[.manifest.manifests[].digest]", outcome.output)
                == "[" + stored.children.map { "\"\($0.digest)\"" }.joined(separator: ",") + "]")
    }

    @Test("inspect without --json names everything in lines")
    func inspectionLines() async throws {
        let site = try await Site()
        let stored = try await site.registry.store(Self.content, as: "app")
        let outcome = try await site.berth(["inspect", "\(site.address)/app:multi"]).succeed()
        #expect(outcome.lines.contains("digest      \(stored[1].digest)"))
        #expect(outcome.lines.contains("platforms   linux/amd64, linux/arm64"))
        #expect(outcome.lines.contains("image       \(stored[1].children[1].digest)  linux/arm64"))
    }

    @Test("detect is one line, or --json with the promised keys", arguments: [[], ["--probe"]])
    func detection(words: [String]) async throws {
        let site = try await Site(.htpasswd)
        let outcome = try await site.berth(["detect", "\(site.address)/app", "--json"] + words).succeed()
        #expect(try await keys(outcome.output) == #""repository implementation rule""#)
        let line = try await site.berth(["detect", "\(site.address)/app"] + words).succeed()
        #expect(line.lines.count == 1 && line.text.hasPrefix("default  "))
        // Only with --probe is anything asked.
        #expect(try await site.registry.exchanges().isEmpty == words.isEmpty)
        #expect(line.text.contains("basic") != words.isEmpty, "\(line.text)")
    }

    @Test("check --json has the promised keys")
    func rights() async throws {
        let site = try await Site()
        let outcome = try await site.berth(["check", "\(site.address)/app", "--json"]).succeed()
        #expect(
            try await jq(".", outcome.output)
                == #"{"repository":"\#(site.address)/app","implementation":"default","pull":true,"push":true,"list":true,"delete":true,"missing":[]}"#
        )
    }

    @Test("copy --json has the promised keys, and without it one line on standard error")
    func copy() async throws {
        let site = try await Site()
        let stored = try await site.registry.store([.image(layers: [3000], tags: ["1"])], as: "app")[0]
        let (source, target) = ("\(site.address)/app:1", "\(site.address)/copy:2")
        let outcome = try await site.berth(["copy", source, target, "--json"]).succeed()
        #expect(
            try await jq(".", outcome.output)
                == #"{"source":"\#(source)","destination":"\#(target)","digest":"\#(stored.digest)","blobs":{"mounted":2,"copied":0,"present":0},"bytes":0}"#
        )
        let line = try await site.berth(["copy", source, target]).succeed()
        #expect(line.text == "")
        #expect(
            line.errorText == "berth: copied \(stored.digest): 0 blobs copied (0 B), 0 mounted, 2 there before\n")
    }

    @Test("delete --json has the promised keys, and without it a line for each that is gone")
    func deletion() async throws {
        let site = try await Site()
        let stored = try await site.registry.store(
            [.image(tags: ["1"]), .image(labels: ["n": "2"], tags: ["2"])], as: "app")
        let repository = "\(site.address)/app"
        let outcome = try await site.berth(["delete", "\(repository):1", "\(repository):none", "--json"]).run()
        #expect(outcome.status == 2)
        #expect(
            try await jq(".", outcome.output)
                == #"{"deleted":[{"reference":"\#(repository):1","digest":"\#(stored[0].digest)","kind":"tag"}],"failed":[{"reference":"\#(repository):none","code":"notFound","reason":"\#(repository):none does not exist"}]}"#
        )
        let lines = try await site.berth(["delete", "\(repository)@\(stored[1].digest)", "\(repository):2"]).succeed()
        #expect(
            lines.lines.sorted() == ["deleted \(repository):2", "deleted \(repository)@\(stored[1].digest)"])
        #expect(lines.errorText == "")
    }

    @Test("every command with --json is one line of JSON and nothing more")
    func oneDocument() async throws {
        let site = try await Site()
        try await site.registry.store([.image(tags: ["1"])], as: "app")
        let repository = "\(site.address)/app"
        let commands = [
            ["tags", repository], ["tags", repository, "--details"], ["inspect", "\(repository):1"],
            ["check", repository], ["detect", repository], ["copy", "\(repository):1", "\(site.address)/b"],
            ["copy", repository, "\(site.address)/c", "--all-tags"], ["delete", "\(repository):1"],
        ]
        for words in commands {
            let outcome = try await site.berth(words + ["--json", "-v"]).succeed()
            #expect(outcome.text.hasSuffix("}\n") && outcome.lines.count == 1, "\(words)")
            #expect(try await jq("type", outcome.output) == #""object""#, "\(words)")
        }
    }
}

/// Where a digest's blob lies in a registry's storage.
private func hexPath(_ digest: String?) -> String {
    let hex = (digest ?? "").dropFirst("sha256:".count)
    return "\(hex.prefix(2))/\(hex)"
}
