/// The name by which a config names a credential helper, `docker-credential-` left out.
enum HelperName {
    /// Whether `name` is what a program may be called.
    ///
    /// What is not, nobody is shown: something else may have been put there by mistake, a secret even.
    static func isValid(_ name: String) -> Bool {
        (1...60).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// The program, for people.
    static func program(_ name: String) -> String {
        isValid(name) ? "docker-credential-\(name)" : "a helper by what is no program's name"
    }
}
