@testable internal import Cleanup
internal import Registry
internal import Testing

@Suite("Mentions of images")
struct MentionsTests {
    static let digest = "sha256:" + String(repeating: "0123456789abcdef", count: 4)

    /// What `text` says of a repository.
    private func usage(
        _ text: String, of repository: String = "registry.example.com/group/app", aliases: [String] = []
    ) throws -> Usage {
        let repository = try Repository(repository)
        var mentions = Mentions(
            of: [try Repository("other.example.com/x"), repository], aliases: try aliases.map { try HostAlias($0) })
        try mentions.scan(Array(text.utf8), place: "deployed.txt")
        return mentions.usage(of: repository)
    }

    static let texts: [(text: String, tags: [String])] = [
        ("registry.example.com/group/app:1.2", ["1.2"]),
        ("image: registry.example.com/group/app:1.2\n", ["1.2"]),
        ("image: \"registry.example.com/group/app:1.2\" # why", ["1.2"]),
        (#"{"image":"registry.example.com/group/app:1.2"}"#, ["1.2"]),
        (#"{"image":"registry.example.com\/group\/app:1.2"}"#, ["1.2"]),
        (#"{"a":"x\nregistry.example.com/group/app:1.2\nregistry.example.com/group/app:1.3"}"#, ["1.2", "1.3"]),
        (#"{"a":"{\"image\":\"registry.example.com/group/app:1.2\"}"}"#, ["1.2"]),
        (#"{"a":"\u003eregistry.example.com/group/app:1.2\u003c"}"#, ["1.2"]),
        ("[registry.example.com/group/app:1.2,registry.example.com/group/app:1.3]", ["1.2", "1.3"]),
        ("IMAGE=registry.example.com/group/app:1.2", ["1.2"]),
        ("docker://registry.example.com/group/app:1.2", ["1.2"]),
        ("docker-pullable://registry.example.com/group/app:1.2", ["1.2"]),
        ("image:registry.example.com/group/app:1.2", ["1.2"]),
        ("Registry.Example.com/group/app:Rel_1", ["Rel_1"]),
        ("registry.example.com:443/group/app:1.2", ["1.2"]),
        ("It runs registry.example.com/group/app:1.2.", ["1.2", "1.2."]),
        ("registry.example.com/group/app:1.2@" + digest, ["1.2"]),
        ("registry.example.com/group/app@" + digest, []),
        ("$REGISTRY/group/app:1.2", ["1.2"]), ("${registry}/group/app:1.2", ["1.2"]),
        ("{{ .Values.registry }}/group/app:1.2", ["1.2"]),
        ("registry.example.com/group/app2:1.2", []), ("registry.example.com/group/app/x:1.2", []),
        ("registry.example.com/x/group/app:1.2", []), ("registry.example.com:5000/group/app:1.2", []),
        ("other.example.com/group/app:1.2", []), ("docker.io/group/app:1.2", []), ("", []),
        ("group/app:1.2", ["1.2"]), ("image: ${APP_IMAGE:-registry.example.com/group/app:v7}", ["v7"]),
        ("${VAR-registry.example.com/group/app:v7}", ["v7"]), ("{{ x }}/app:v7", ["v7"]),
        ("REPO=registry.example.com/group\nimage: $REPO/app:v7", ["v7"]), ("${REPO}/app:v7", ["v7"]),
        ("$repo/app:v7", ["v7"]), ("%s/app:v7", ["v7"]), ("repo + \"/app:v7\"", ["v7"]), ("$REPO/app2:v7", []),
        ("mountPath: /app", []), ("see registry.example.com/group/app:v7/", ["v7"]),
    ]

    @Test("A tag is mentioned in any form of text", arguments: texts)
    func mentioned(text: String, tags: [String]) throws {
        #expect(try usage(text).tags.keys.sorted() == tags)
    }

    static let apart: [(text: String, tag: String)] = [
        ("image:\n  repository: registry.example.com/group/app\n  tag: \"1.2\"\n", "1.2"),
        ("image:\n  registry: registry.example.com\n  repository: group/app\n  tag: 1.2\n", "1.2"),
        ("registry: registry.example.com/group\nimage: app\ntag: 1.2\n", "1.2"),
        ("registry: registry.example.com\nimage: group/app:1.2\n", "1.2"),
        ("images:\n- name: registry.example.com/group/app\n  newTag: v7\n", "v7"),
        ("tag: v7\nrepository: registry.example.com/group/app", "v7"),
        ("image: registry.example.com/group/app:{{ tag }}\ntag: v7", "v7"),
        ("image: registry.example.com/group/app:${TAG:-v7}", "v7"), ("image: registry.example.com/group/app", "latest"),
        (#"{"repository":"registry.example.com/group/app","tag":"v7"}"#, "v7"),
        ("registry: registry.example.com/\nrepository: group/app\ntag: v7", "v7"),
        ("registry: registry.example.com/group/\nrepository: app\ntag: v7", "v7"),
        ("v7 of registry.example.com/group/app.", "v7"), ("v7 of (registry.example.com/group/app),", "v7"),
        ("registry.example.com/group/app/ v7", "v7"), ("registry.example.com/group/app-; v7", "v7"),
        ("repository: group/app\ntag: v7", "v7"), ("image: ${REPO}/app\ntag: v7", "v7"),
        ("image: $repo/app\ntag: v7", "v7"),
    ]

    @Test("A repository without a tag makes every word of the text a tag", arguments: apart)
    func openTag(text: String, tag: String) throws {
        #expect(try usage(text).tags[tag]?.hasPrefix("deployed.txt line ") == true)
    }

    @Test("Words count as tags only where the repository is named without one")
    func notApart() throws {
        #expect(try usage("registry.example.com/group/app:1\nother.example.com/x\nv7").tags.keys.sorted() == ["1"])
        #expect(try usage("repository: group/app2\ntag: v7").tags.isEmpty)
    }

    static let cut: [(text: String, prefix: String)] = [
        ("registry.example.com/group/app:v${VERSION}", "v"), ("registry.example.com/group/app:main-$SHA", "main-"),
        ("registry.example.com/group/app:v{{ x }}", "v"), ("registry.example.com/group/app:rel-%s", "rel-"),
        ("registry.example.com/group/app:v<version>", "v"), (#""registry.example.com/group/app:main-" + sha"#, "main-"),
        ("$REGISTRY/group/app:v${VERSION}", "v"),
        (#"{"a":"registry.example.com/group/app:v\u003cversion\u003e"}"#, "v"),
        ("registry: registry.example.com\nimage: group/app:v${VERSION}", "v"),
        ("repository: registry.example.com/group/app\ntag: main-${SHA}", "main-"),
    ]

    @Test("A tag that goes on with a variable is in use whatever the variable has", arguments: cut)
    func prefixes(text: String, prefix: String) throws {
        let usage = try usage(text)
        #expect(usage.place(ofTag: "\(prefix)1f3")?.hasPrefix("deployed.txt line ") == true)
        #expect(usage.place(ofTag: "other") == nil)
    }

    @Test("A tag that is written out is that one alone")
    func whole() throws {
        let usage = try usage("<td>registry.example.com/group/app:1.2</td> registry.example.com/group/app:v7, x")
        #expect(usage.place(ofTag: "v7") != nil)
        #expect(usage.place(ofTag: "v71") == nil)
        #expect(usage.place(ofTag: "1.2.1") == nil)
    }

    static let hubNames: [(text: String, repository: String)] = [
        ("nginx:1", "nginx"), ("library/nginx:1", "nginx"), ("docker.io/nginx:1", "nginx"),
        ("index.docker.io/library/nginx:1", "nginx"), ("registry-1.docker.io/library/nginx:1", "nginx"),
        ("group/app:1", "docker.io/group/app"), ("docker.io/group/app:1", "group/app"),
    ]

    @Test("Docker Hub's names are all the same", arguments: hubNames)
    func dockerHub(text: String, repository: String) throws {
        #expect(try usage(text, of: repository).tags.keys.sorted() == ["1"])
    }

    static let mirrored: [(alias: String, text: String, repository: String)] = [
        ("mirror.local:5000=registry.example.com", "mirror.local:5000/group/app:1", "registry.example.com/group/app"),
        ("mirror.local/proxy=registry.example.com", "mirror.local/proxy/group/app:1", "registry.example.com/group/app"),
        ("mirror.local=registry.example.com/group", "mirror.local/app:1", "registry.example.com/group/app"),
        ("mirror.local/hub=docker.io", "mirror.local/hub/nginx:1", "nginx"),
        ("registry.example.com=mirror.local:5000", "mirror.local:5000/group/app:1", "registry.example.com/group/app"),
        ("mirror.local/hub=index.docker.io", "mirror.local/hub/library/nginx:1", "nginx"),
    ]

    @Test("An alias makes a mirror's images the registry's, whichever side it stands on", arguments: mirrored)
    func mirror(alias: String, text: String, repository: String) throws {
        #expect(try usage(text, of: repository, aliases: [alias]).tags.keys.sorted() == ["1"])
        #expect(try usage(text, of: repository).tags.isEmpty)
    }

    @Test(
        "An alias that makes no sense is refused",
        arguments: ["", "a", "a=", "=a", "a=b=c", "a=a", "https://a=b", "a=b//c"])
    func badAlias(text: String) {
        let error = #expect(throws: CleanupError.self) { try HostAlias(text) }
        #expect(error?.kind == .usage)
    }

    @Test(
        "A digest counts wherever it stands",
        arguments: ["", "x@", "docker-pullable://r/x@", "other/x:1@", "\"imageID\":\"", "digest: "])
    func digests(before: String) throws {
        let digest = try #require(Digest(Self.digest))
        #expect(try usage("\n\(before)\(Self.digest)\"").digests == [digest: "deployed.txt line 2"])
    }

    @Test("What is no text stops the cleanup")
    func binary() {
        let error = #expect(throws: CleanupError.self) { try usage("registry.example.com/group/app:1\0") }
        #expect(error?.kind == .badData)
        #expect(error?.text.contains("deployed.txt") == true)
    }
}
