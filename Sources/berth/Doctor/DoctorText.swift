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

    /// Writes a line for each finding, a table of the registries, and what to do next.
    func write(_ report: HealthReport, to output: inout OutputBuffer) throws(Failure) {
        for finding in report.findings {
            try output.write(
                "\(word(finding.status))\(finding.check.rawValue): \(Reporter.printable(finding.text))\n")
            if let hint = finding.hint { try output.write("\(Self.margin)hint: \(Reporter.printable(hint))\n") }
        }
        let rows = report.rows.map { $0.map(Reporter.printable) }
        if !rows.isEmpty {
            let table = [["REGISTRY", "SOURCE", "ENDS"]] + rows
            try output.write("\n")
            try output.write(rows: table.count) { table[$0] }
        }
        if let advice = report.advice { try output.write("\n\(Reporter.printable(advice))\n") }
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
}
