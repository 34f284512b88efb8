internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport

extension CloudContext {
    /// A context with these variables and files, a client that answers as scripted, and a clock that starts at `time`.
    init(
        _ variables: [String: String] = [:], files: [String: String] = [:], _ client: any HTTPClient,
        at time: Int = 1_700_000_000, clock: StillClock = StillClock()
    ) {
        self.init(client: client, pacing: clock.pacing(unixTime: time))
        variable = { name in variables[name] }
        readFile = { path throws(RegistryError) in files[path].map { Array($0.utf8) } }
    }
}

/// The part of a request's text that is the signature and the date, left out.
func withoutSignature(_ line: String) -> String {
    line.split(separator: " | ").filter { !$0.hasPrefix("Authorization: AWS4") && !$0.hasPrefix("X-Amz-Date") }
        .joined(separator: " | ")
}
