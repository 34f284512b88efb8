internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("A media type")
struct MediaTypeTests {
    static let types: [(text: String, type: MediaType)] = [
        ("application/vnd.oci.image.index.v1+json", .ociIndex),
        ("application/vnd.oci.image.manifest.v1+json", .ociManifest),
        ("application/vnd.docker.distribution.manifest.list.v2+json", .dockerManifestList),
        ("application/vnd.docker.distribution.manifest.v2+json", .dockerManifest),
        ("application/vnd.docker.distribution.manifest.v1+json", .dockerSchema1),
        ("application/vnd.docker.distribution.manifest.v1+prettyjws", .dockerSchema1Signed),
        ("application/json", .other("application/json")),
        ("", .other("")),
    ]

    @Test("is known by its name", arguments: types)
    func known(text: String, type: MediaType) {
        #expect(MediaType(text) == type)
        #expect(type.text == text)
    }

    @Test(
        "is the same in capitals and with parameters",
        arguments: [
            "Application/Vnd.OCI.Image.Index.V1+JSON", "application/vnd.oci.image.index.v1+json; charset=utf-8",
            "application/vnd.oci.image.index.v1+json ;charset=utf-8", " application/vnd.oci.image.index.v1+json",
        ])
    func spelling(text: String) {
        #expect(MediaType(text) == .ociIndex)
    }

    @Test("of every manifest but those of schema 1 is asked for")
    func accepted() {
        let accepted = MediaType.accepted.split(separator: ", ").map { MediaType(String($0)) }
        #expect(Set(accepted) == [.ociIndex, .ociManifest, .dockerManifestList, .dockerManifest])
        #expect(accepted.allSatisfy { $0.isIndex != $0.isManifest })
        #expect(
            ![MediaType.dockerSchema1, .dockerSchema1Signed, .other("a/b")].contains { $0.isIndex || $0.isManifest })
    }
}
