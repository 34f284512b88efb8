/// The smallest image that clients accept, as an OCI layout: `latest` is the image, `multi` an index that holds it.
public struct ImageLayout: Sendable {
    /// The layout's directory.
    public let path: String

    /// Writes the layout into a folder; a second call for the same folder writes the same again.
    public init(in folder: String) async throws {
        path = "\(folder)/layout"
        for directory in [path, "\(path)/blobs", "\(path)/blobs/sha256", "\(folder)/layer"]
        where !Files.exists(directory) {
            try Files.makeDirectory(directory, mode: 0o755)
        }
        try Files.write("hello\n", to: "\(folder)/layer/hello", mode: 0o644)
        let tar = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "-C", "\(folder)/layer", "-cf", "-", "hello"]
        let layer = try await blob(try await Command("tar", tar).succeed().output)
        let platform = #""architecture": "amd64", "os": "linux""#
        let configuration = try await blob(
            Array(#"{\#(platform), "config": {}, "rootfs": {"type": "layers", "diff_ids": ["\#(layer.digest)"]}}"#.utf8)
        )
        let kind = "application/vnd.oci.image"
        let manifest = try await blob(
            Array(
                """
                {"schemaVersion": 2, "mediaType": "\(kind).manifest.v1+json",
                "config": {"mediaType": "\(kind).config.v1+json", \(configuration.fields)},
                "layers": [{"mediaType": "\(kind).layer.v1.tar", \(layer.fields)}]}
                """.utf8))
        let list = try await blob(
            Array(
                """
                {"schemaVersion": 2, "mediaType": "\(kind).index.v1+json", "manifests": [{"mediaType":
                "\(kind).manifest.v1+json", \(manifest.fields), "platform": {\(platform)}}]}
                """.utf8))
        let entries = [("manifest", manifest, "latest"), ("index", list, "multi")].map { type, blob, name in
            """
            {"mediaType": "\(kind).\(type).v1+json", \(blob.fields),
            "annotations": {"org.opencontainers.image.ref.name": "\(name)"}}
            """
        }
        try Files.write(
            #"{"schemaVersion": 2, "manifests": [\#(entries.joined(separator: ","))]}"#, to: "\(path)/index.json",
            mode: 0o644)
        try Files.write(#"{"imageLayoutVersion": "1.0.0"}"#, to: "\(path)/oci-layout", mode: 0o644)
    }

    private struct Blob {
        let digest: String
        let size: Int
        var fields: String { "\"digest\": \"\(digest)\", \"size\": \(size)" }
    }

    private func blob(_ content: [UInt8]) async throws -> Blob {
        var sum = Command("sha256sum")
        sum.input = content
        let hex = try await sum.succeed().text.prefix(64)
        try Files.write(content, to: "\(path)/blobs/sha256/\(hex)", mode: 0o644)
        return Blob(digest: "sha256:\(hex)", size: content.count)
    }
}
