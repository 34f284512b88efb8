internal import DockerConfig
internal import Testing

@Suite struct SecretTests {
    @Test
    func `nothing prints a secret`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])",
            "\(Optional(secret) as Any)", dumped,
        ]
        for text in texts {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("***"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test
    func `a secret is lent as it is`() {
        #expect(Secret("a\u{0}é").withValue { Array($0.utf8) } == Array("a\u{0}é".utf8))
        #expect(Secret("").isEmpty)
        #expect(!Secret(" ").isEmpty)
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
    }
}
