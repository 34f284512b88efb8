internal import Hashing
internal import TestSupport
internal import Testing

@Suite("An RSA signature")
struct RSASignatureTests {
    private func bytes(_ path: String) throws -> [UInt8] { try Files.read(path) }

    @Test("is the one that openssl makes", arguments: ["PKCS #8", "PKCS #1"], [2048, 3072])
    func same(form: String, bits: Int) async throws {
        let scratch = try ScratchDirectory()
        let at = scratch.path
        let traditional = form == "PKCS #1" ? "-traditional" : ""
        try Files.write("a header.and claims", to: "\(at)/message")
        try await Command.shell(
            """
            cd '\(at)' && openssl genrsa \(bits) 2>/dev/null | openssl rsa \(traditional) -out key 2>/dev/null &&
                openssl dgst -sha256 -sign key -out signature message
            """
        ).succeed()
        let key = try bytes("\(at)/key")
        let begin = form == "PKCS #1" ? "-----BEGIN RSA PRIVATE KEY" : "-----BEGIN PRIVATE KEY"
        #expect(key.starts(with: Array(begin.utf8)))
        let signature = try RSASignature.sign(bytes("\(at)/message"), privateKey: key)
        #expect(signature == (try bytes("\(at)/signature")))
    }

    @Test(
        "is not made with what is no RSA key of a good length",
        arguments: [
            ("genrsa 1024", "does not have"), ("ecparam -name prime256v1 -genkey -noout", "is no RSA key"),
            ("genpkey -algorithm RSA-PSS", "is no RSA key"), ("genpkey -algorithm ed25519", "is no RSA key"),
            ("genrsa -aes256 -passout pass:secret 2048", "is no PEM private key"),
            ("genrsa 2048 | openssl rsa -pubout", "is no PEM private key"),
            ("genrsa 2048 | openssl rsa -outform DER", "is no PEM private key"),
            ("genrsa 2048 | head -c 900", "is no PEM private key"),
            ("genrsa 2048 | tr a-m n-z", "is no PEM private key"),
        ])
    func refused(command: String, reason: String) async throws {
        let made = try await Command.shell("openssl \(command)").succeed()
        let error = #expect(throws: RSASignature.Failure.self) {
            try RSASignature.sign([1, 2, 3], privateKey: made.output)
        }
        #expect(error?.description.hasPrefix(reason) == true, "\(String(describing: error))")
    }

    @Test("is not made with rubbish", arguments: [0, 1, 1000, 100_000])
    func rubbish(length: Int) {
        var generator = SeededGenerator(seed: 256)
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(throws: RSASignature.Failure.self) { try RSASignature.sign([], privateKey: bytes) }
    }
}
