internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import POSIX
internal import Testing

/// When a credential is given out again, and when a new one is asked for.
@Suite("A credential that is kept")
struct CachedCredentialTests {
    static let made = Moment(wall: 1_800_000_000, sinceBoot: 5000)

    private func entry(life: Int) -> CachedCredential {
        CachedCredential(
            MintedCredential(username: "u", secret: Secret("s"), end: Self.made.wall + life),
            for: IdentityRequest(registry: "r.example.com", from: "--oidc"), made: Self.made)
    }

    private func later(_ seconds: Int, wall: Int? = nil) -> Moment {
        Moment(wall: Self.made.wall + (wall ?? seconds), sinceBoot: Self.made.sinceBoot + seconds)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let life: Int, age: Int, isFresh: Bool, isUsable: Bool
        var testDescription: String { "\(age) s of \(life) s" }
    }

    static let cases = [
        // ECR's: the last hour is for its renewal.
        Case(life: 43_200, age: 0, isFresh: true, isUsable: true),
        Case(life: 43_200, age: 39_600, isFresh: true, isUsable: true),
        Case(life: 43_200, age: 39_601, isFresh: false, isUsable: true),
        Case(life: 43_200, age: 43_190, isFresh: false, isUsable: true),
        Case(life: 43_200, age: 43_191, isFresh: false, isUsable: false),
        // Two hours is where half of a life is an hour.
        Case(life: 7200, age: 3600, isFresh: true, isUsable: true),
        Case(life: 7200, age: 3601, isFresh: false, isUsable: true),
        Case(life: 3600, age: 1800, isFresh: true, isUsable: true),
        Case(life: 3600, age: 1801, isFresh: false, isUsable: true),
        Case(life: 300, age: 150, isFresh: true, isUsable: true),
        Case(life: 300, age: 151, isFresh: false, isUsable: true),
        Case(life: 40, age: 30, isFresh: false, isUsable: true),
        Case(life: 40, age: 31, isFresh: false, isUsable: false),
        Case(life: 5, age: 2, isFresh: true, isUsable: true),
        Case(life: 5, age: 3, isFresh: false, isUsable: true),
        Case(life: 5, age: 4, isFresh: false, isUsable: false),
        Case(life: 1, age: 0, isFresh: true, isUsable: true),
        Case(life: 1, age: 1, isFresh: false, isUsable: false),
        Case(life: 0, age: 0, isFresh: false, isUsable: false),
        Case(life: -10, age: 0, isFresh: false, isUsable: false),
        // No longer life than a week is believed.
        Case(life: 1_000_000_000, age: 604_801, isFresh: false, isUsable: false),
    ]

    @Test("is renewed when half of its life is left, or an hour of it", arguments: cases)
    func freshness(_ one: Case) {
        let entry = entry(life: one.life)
        #expect(entry.isFresh(at: later(one.age)) == one.isFresh)
        #expect(entry.isUsable(at: later(one.age)) == one.isUsable)
    }

    @Test("lives no longer where the clock of the day is set back")
    func clockSetBack() {
        #expect(!entry(life: 3600).isFresh(at: later(3000, wall: -86_400)))
        #expect(entry(life: 3600).isFresh(at: later(60, wall: -86_400)))
        #expect(entry(life: 3600).left(at: later(3601, wall: -86_400)) == 0)
    }

    @Test("has ended where the clock of the day says so, as its end is counted by that")
    func clockSetForward() {
        #expect(!entry(life: 3600).isFresh(at: later(60, wall: 86_400)))
    }

    @Test("of before the machine was started is not relied on")
    func restart() {
        #expect(!entry(life: 3600).isFresh(at: Moment(wall: Self.made.wall + 60, sinceBoot: 10)))
        #expect(!entry(life: 3600).isUsable(at: Moment(wall: Self.made.wall + 60, sinceBoot: 10)))
    }

    @Test("with an end that no clock has is neither fresh nor a crash", arguments: [Int.min, Int.max, 0])
    func absurdEnd(end: Int) {
        let entry = CachedCredential(
            MintedCredential(username: "u", secret: Secret("s"), end: end),
            for: IdentityRequest(registry: "r.example.com", from: "--oidc"), made: Self.made)
        #expect(entry.isFresh(at: later(0)) == (end == .max))
        #expect(!entry.isFresh(at: later(8 * 86_400)))
    }
}
