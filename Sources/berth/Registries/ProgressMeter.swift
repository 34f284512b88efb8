internal import CIEnv
internal import HTTP
internal import POSIX

/// Tells a person how far something is: by a bar on a terminal, and in a log by a line now and then.
final class ProgressMeter: Sendable {
    /// What is counted.
    enum Unit: Sendable {
        case bytes
        /// Things by their name, such as `tags`.
        case items(String)
    }

    private enum Form {
        case none, bar, lines
    }

    private struct State {
        var done = 0
        var total = 0
        var lastTold: Duration
        var hasBar = false
    }

    private let title: String
    private let unit: Unit
    private let form: Form
    private let reporter: Reporter
    private let elapsed: @Sendable () -> Duration
    private let state: Locked<State>

    /// How often a bar moves, and a log gets a line.
    private static let barInterval: Duration = .milliseconds(100), lineInterval: Duration = .seconds(15)

    /// A meter of `unit`, of which nothing is done yet.
    init(
        _ title: String, _ unit: Unit, _ options: CommonOptions, isWanted: Bool, _ environment: Environment,
        clock: Pacing
    ) {
        self.title = title
        self.unit = unit
        let start = clock.elapsed()
        elapsed = { clock.elapsed() - start }
        reporter = options.reporter(environment)
        let isLogged = isWanted || environment.isSet("CI")
        form = options.quiet ? .none : StandardStream.error.isTerminal ? .bar : isLogged ? .lines : .none
        state = Locked(State(lastTold: .zero))
    }

    /// Notes how much is done, of how much.
    func set(done: Int, total: Int) {
        change { ($0.done, $0.total) = (max($0.done, done), total) }
    }

    /// Notes that more is done, or that more is to be done.
    func add(done: Int = 0, total: Int = 0) {
        change { ($0.done, $0.total) = ($0.done + done, $0.total + total) }
    }

    /// Takes the bar away.
    func finish() {
        if state.withLock({ $0.hasBar }) { reporter.print("\r\u{1B}[K") }
    }

    private func change(_ change: (inout State) -> Void) {
        guard form != .none else { return }
        let now = elapsed()
        let text = state.withLock { state -> String? in
            change(&state)
            guard now - state.lastTold >= (form == .bar ? Self.barInterval : Self.lineInterval) else { return nil }
            state.lastTold = now
            state.hasBar = form == .bar
            return Self.text(title, state.done, of: state.total, unit, after: now, isBar: form == .bar)
        }
        guard let text else { return }
        if form == .bar { reporter.print("\r\(text)\u{1B}[K") } else { reporter.note(text) }
    }

    /// One line: `copying  [#####-----]  100 MB of 200 MB, 50.0 MB/s, 2s left`.
    static func text(
        _ title: String, _ done: Int, of total: Int, _ unit: Unit, after elapsed: Duration, isBar: Bool
    ) -> String {
        func amount(_ count: Int) -> String {
            switch unit {
            case .bytes: Amount.bytes(count)
            case .items: "\(count)"
            }
        }
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let rate = seconds > 0 ? Double(done) / seconds : 0
        var name = ""
        if case .items(let items) = unit { name = " \(items)" }
        var text = title
        if isBar {
            let filled = total > 0 ? min(20, max(0, 20 * done / total)) : 0
            text += "  [\(String(repeating: "#", count: filled))\(String(repeating: "-", count: 20 - filled))]"
        }
        text += "  \(amount(done)) of \(amount(total))\(name), \(amount(Int(min(rate, 1e15))))/s"
        if rate > 0, done < total { text += ", \(Amount.time(Int(min(Double(total - done) / rate, 1e6)))) left" }
        return text
    }
}
