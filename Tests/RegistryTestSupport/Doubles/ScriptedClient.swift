internal import DockerConfig
internal import HTTP
internal import Synchronization

/// A server without a network: gives the nth request the nth answer, and keeps what was asked.
final class ScriptedClient: HTTPClient {
    /// What a request gets.
    enum Answer: Sendable {
        /// A status with headers and a body.
        case status(Int, [String: String] = [:], String = "")
        /// No answer.
        case failure(HTTPError.Kind)
    }

    private struct State {
        var answers: ArraySlice<Answer>
        var lines: [String] = []
        var timeouts: [Duration] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Answer]) {
        state = Mutex(State(answers: answers[...]))
    }

    /// What was asked: `GET https://r.example/v2/`, each header as ` | Name: value`, and the body as ` | body`.
    ///
    /// Secrets are in it: what is sent with them, and where, is what the tests are about.
    var asked: [String] { state.withLock { $0.lines } }

    /// The time that each request was given.
    var timeouts: [Duration] { state.withLock { $0.timeouts } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let line = Self.text(of: request)
        let answer = state.withLock { state in
            state.lines.append(line)
            state.timeouts.append(request.timeout)
            return state.answers.popFirst()
        }
        switch answer {
        case .status(let status, let headers, let body):
            return HTTPResponse(
                status: status, headers: HTTPFields(headers.map { .init($0.key, $0.value) }), body: Array(body.utf8),
                url: request.url)
        case .failure(let kind): throw HTTPError(kind, of: request, reason: "as scripted")
        case nil: throw HTTPError(.invalidRequest, of: request, reason: "one request more than the test knows of")
        }
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        HTTPStream(try await send(request), inPartsOf: 7)
    }

    private static func text(of request: HTTPRequest) -> String {
        let headers = request.headers.map { header in
            switch header.value {
            case .plain(let value): " | \(header.name): \(value)"
            case .secret(let secret): secret.withValue { " | \(header.name): \($0)" }
            case .removed: ""
            }
        }
        let body =
            switch request.body {
            case .none: ""
            case .bytes(let bytes): " | \(String(decoding: bytes, as: UTF8.self))"
            case .secret(let secret): secret.withValue { " | \($0)" }
            case .stream(let upload): " | \(upload.length) bytes"
            }
        return "\(request.method.rawValue) \(request.url.text)\(headers.joined())\(body)"
    }
}

/// A clock that moves only when somebody sleeps.
final class StillClock: Sendable {
    private let pauses = Mutex<[Duration]>([])

    /// The pauses that were made.
    var slept: [Duration] { pauses.withLock { $0 } }

    /// Lets time pass.
    func advance(by time: Duration) { pauses.withLock { $0.append(time) } }

    /// Pacing by this clock, which starts at `unixTime`, with `chance` for every random number.
    func pacing(unixTime: Int = 0, chance: Double = 0.5) -> Pacing {
        let elapsed: @Sendable () -> Duration = { self.slept.reduce(.zero, +) }
        return Pacing(
            elapsed: elapsed, unixTime: { unixTime + Int(elapsed().components.seconds) },
            sleep: { pause in self.pauses.withLock { $0.append(pause) } }, chance: { chance })
    }
}
