@testable import RegistryTestSupport
import TestSupport

/// Notes what has passed, for `scripts/conformance`, which prints it as a table.
enum ConformanceMatrix {
    private static let directory = "\(Berth.packageRoot)/.build/conformance"

    /// Writes the outcome of a case into the script's directory, where it has made one.
    static func note(_ vendor: String, _ test: ConformanceCase, _ outcome: String) throws {
        guard Files.exists(directory) else { return }
        let number = ConformanceCase.allCases.firstIndex(of: test) ?? 0
        try Files.write("\(vendor)\t\(number)\t\(test.rawValue)\t\(outcome)\n", to: "\(directory)/\(vendor)-\(number)")
    }
}
