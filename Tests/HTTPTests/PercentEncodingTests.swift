internal import HTTP
internal import Testing

@Suite("Percent-encoded text")
struct PercentEncodingTests {
    @Test(
        "stands for what was encoded",
        arguments: ["", "abc-._~", "a b/c?d=e&f%20+", "ሴé\u{0}\u{7F}", "100%"])
    func roundTrip(text: String) {
        #expect(PercentEncoding.decode(PercentEncoding.component(text)) == text)
    }

    @Test("keeps what is not reserved, and what is to be kept")
    func kept() {
        #expect(PercentEncoding.component("a-._~/é") == "a-._~%2F%C3%A9")
        #expect(PercentEncoding.encode("a/b c%", keeping: "/") == "a/b%20c%25")
    }

    @Test(
        "with percent signs that begin nothing is taken as it is",
        arguments: [("%", "%"), ("%4", "%4"), ("%zz%41", "%zzA"), ("%%41", "%A"), ("%+1", "%+1"), ("a%2", "a%2")])
    func broken(text: String, decoded: String) {
        #expect(PercentEncoding.decode(text) == decoded)
    }
}
