internal import CIEnv
internal import Credentials
internal import POSIX

/// What `berth doctor` prints for people.
struct DoctorText {
    private let isColored: Bool

    init(_ common: CommonOptions, _ environment: Environment) {
        isColored =
            switch common.color {
            case .always: true
            case .never: false
            case .auto: environment["NO_COLOR"] == nil && StandardStream.output.isTerminal
            }
    }

    /// A line for each finding, a table of the registries, and what to do next.
    func text(_ report: HealthReport) -> String {
        let findings = report.findings.map { finding in
            let hint = finding.hint.map { "\(Self.margin)hint: \(Reporter.printable($0))\n" } ?? ""
            return "\(word(finding.status))\(finding.check.rawValue): \(Reporter.printable(finding.text))\n\(hint)"
        }
        let rows = report.rows.map { $0.map(Reporter.printable) }
        let table = rows.isEmpty ? "" : "\n\(Self.table([["REGISTRY", "SOURCE", "ENDS"]] + rows))"
        return "\(findings.joined())\(table)\n\(Reporter.printable(report.advice))\n"
    }

    private static let margin = String(repeating: " ", count: 6)

    private func word(_ status: Finding.Status) -> String {
        switch status {
        case .ok: "\(colored("ok", 32))    "
        case .warn: "\(colored("warn", 33))  "
        case .fail: "\(colored("FAIL", 31))  "
        }
    }

    private func colored(_ text: String, _ code: Int) -> String {
        isColored ? "\u{1B}[1;\(code)m\(text)\u{1B}[0m" : text
    }

    private static func table(_ rows: [[String]]) -> String {
        Table.text(rows.map { ($0[0], $0[1], $0[2]) })
    }
}
