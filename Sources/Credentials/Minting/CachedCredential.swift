public import CIEnv
internal import DockerConfig
internal import JSON
public import POSIX

/// A short-lived credential as it stands in the job's directory.
public struct CachedCredential: Equatable, Sendable {
    /// What asked for it; it is nobody else's.
    public let request: IdentityRequest
    /// What variables said of it then, in the place of the request.
    public let variables: [String: String]
    /// The credential.
    public let credential: MintedCredential
    /// When it was asked for: its life is counted from there.
    public let made: Moment

    /// The longest life that is believed: a week, in seconds.
    private static let longestLife = 7 * 86_400

    /// A credential that `request` was given, with `variables`, when it asked at `made`.
    public init(
        _ credential: MintedCredential, for request: IdentityRequest, with variables: [String: String] = [:],
        made: Moment
    ) {
        self.request = request
        self.variables = variables
        self.credential = credential
        self.made = made
    }

    /// How many seconds it lives.
    public var life: Int {
        let (difference, isAbsurd) = credential.end.subtractingReportingOverflow(made.wall)
        return isAbsurd ? 0 : min(max(difference, 0), Self.longestLife)
    }

    /// How many seconds are left of its life at `now`; 0 where it has ended, or where nobody can know.
    ///
    /// The clock counts by which less is left: that of the day may be set back, and that since boot begins anew with the
    /// machine.
    public func left(at now: Moment) -> Int {
        guard now.sinceBoot >= made.sinceBoot else { return 0 }
        let steady = life - (now.sinceBoot - made.sinceBoot)
        let (byTheDay, isAbsurd) = credential.end.subtractingReportingOverflow(now.wall)
        return isAbsurd ? 0 : max(0, min(steady, byTheDay))
    }

    /// Whether it can be given out at `now` without asking for a new one.
    ///
    /// Half of its life must be left, or an hour of a long one: who gets it goes on using it for as long as its own work
    /// takes.
    public func isFresh(at now: Moment) -> Bool {
        let left = left(at: now)
        return left > 0 && 2 * left >= min(life, 2 * 3600)
    }

    /// Whether it is better than none at `now`, where no new one can be had: ten seconds are left of it, or a quarter of
    /// a short life.
    public func isUsable(at now: Moment) -> Bool {
        let left = left(at: now)
        return left > 0 && 4 * left >= min(life, 40)
    }
}

extension CachedCredential {
    /// The credential as it stands in its file; all of it is secret.
    var text: [UInt8] {
        var object = JSONObject()
        object["version"] = 1
        object["request"] = request.json
        object["variables"] = .object(JSONObject(strings: variables))
        object["username"] = .string(credential.username)
        object["secret"] = credential.secret.withValue { .string($0) }
        object["end"] = .integer(credential.end)
        object["made"] = .integer(made.wall)
        object["madeSinceBoot"] = .integer(made.sinceBoot)
        return Array(JSONValue.object(object).text(indented: false).utf8)
    }

    /// Reads a file's text; `nil` where it is not one that can be relied on.
    init?(_ text: [UInt8]) {
        guard let object = try? JSONValue(parsing: text).object, object["version"] == 1,
            let request = object["request"].flatMap({ IdentityRequest($0) }),
            let variables = object["variables"]?.object?.strings,
            let username = object["username"]?.string, let secret = object["secret"]?.string,
            let end = object["end"]?.integer, let made = object["made"]?.integer,
            let madeSinceBoot = object["madeSinceBoot"]?.integer
        else { return nil }
        self.init(
            MintedCredential(username: username, secret: Secret(secret), end: end), for: request,
            with: variables, made: Moment(wall: made, sinceBoot: madeSinceBoot))
    }
}

extension JSONObject {
    /// `strings` by their names, in the names' order.
    init(strings: [String: String]) {
        self.init()
        for (name, value) in strings.sorted(by: { $0.key < $1.key }) { self[name] = .string(value) }
    }

    /// What ``init(strings:)`` was given; `nil` where something is no string.
    var strings: [String: String]? {
        var strings: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else { return nil }
            strings[member.key] = text
        }
        return strings
    }
}
