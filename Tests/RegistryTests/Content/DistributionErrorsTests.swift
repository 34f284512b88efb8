internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("A registry's errors")
struct DistributionErrorsTests {
    private func read(_ text: String) -> DistributionErrors { DistributionErrors(Array(text.utf8)) }

    static let samples: [(body: String, text: String?)] = [
        (
            #"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"x"}}]}"#,
            "MANIFEST_UNKNOWN: manifest unknown"
        ),
        (
            #"{"errors":[{"code":"DENIED","message":"no"},{"code":"NAME_UNKNOWN"}]}"#, "DENIED: no; NAME_UNKNOWN"
        ),
        // Artifactory's have a status in the place of a code; some put the text into the detail.
        (#"{"errors":[{"status":404,"message":"not here"}]}"#, "not here"),
        (#"{"errors":[{"code":"UNKNOWN","message":"","detail":"disk full"}]}"#, "UNKNOWN: disk full"),
        (#"{"errors":[{"code":"a b","message":"x"},5,null,{}]}"#, "x"),
        (#"{"errors":[]}"#, nil), (#"{"errors":{}}"#, nil), (#"{"errors":"x"}"#, nil), ("{}", nil), ("[]", nil),
        ("", nil), ("<html>", nil), (#"{"errors":[{"code":5,"message":6}]}"#, nil),
    ]

    @Test("are one line for people", arguments: samples)
    func text(body: String, text: String?) {
        #expect(read(body).text == text)
    }

    @Test("are known by their codes, those of vendors too")
    func codes() {
        let errors = read(#"{"errors":[{"code":"MANIFEST_UNKNOWN"},{"code":"VENDOR_1"}]}"#)
        #expect(errors.contains(.manifestUnknown))
        #expect(errors.contains(.init(rawValue: "VENDOR_1")))
        #expect(!errors.contains(.denied))
    }

    @Test("say no more than fits, and nothing that moves the cursor or turns the writing")
    func hostile() throws {
        let message = #"a\n\tb\u001b[31mc\u0000\u009b\u202ed  é"# + String(repeating: "x", count: 60_000)
        let text = try #require(read(#"{"errors":[{"code":"DENIED","message":"\#(message)"}]}"#).text)
        #expect(text.hasPrefix("DENIED: a b [31mc d éxxx"))
        #expect(text.unicodeScalars.count == 201)
        #expect(text.hasSuffix("x…"))
    }

    @Test("are looked at only so far")
    func size() {
        let error = #"{"code":"DENIED"}"#
        let many = read(#"{"errors":[\#(Array(repeating: error, count: 1000).joined(separator: ","))]}"#)
        #expect(many.entries.count == 8)
        let huge = read(#"{"errors":[\#(Array(repeating: error, count: 4000).joined(separator: ","))]}"#)
        #expect(huge.text == nil)
    }
}
