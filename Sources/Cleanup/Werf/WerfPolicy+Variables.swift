internal import Registry

// What werf's variables say on top of its config.
extension WerfPolicy {
    /// The age up to which everything stays, by `WERF_KEEP_STAGES_BUILT_WITHIN_LAST_N_HOURS`.
    ///
    /// - Parameter hours: The variable's value.
    /// - Returns: The age in seconds.
    /// - Throws: `CleanupError` of the kind `badConfiguration` where it is no number.
    public static func builtWithin(hours: String) throws(CleanupError) -> Int {
        guard let number = hours == "0" ? 0 : RepositoryPolicy.count(hours) else {
            throw CleanupError(
                .badConfiguration,
                "WERF_KEEP_STAGES_BUILT_WITHIN_LAST_N_HOURS is \(Shown.name(hours)), which is no number of hours")
        }
        return number * 3600
    }

    /// The tags in the file that `WERF_KEEP_LIST` names: one on each line, with or without the repository in front.
    ///
    /// - Parameters:
    ///   - text: The file.
    ///   - file: Its name, for people.
    /// - Returns: The tags.
    /// - Throws: `CleanupError` of the kind `badData` for a line that is something else: what it means could go.
    public static func keepList(_ text: [UInt8], file: String) throws(CleanupError) -> Set<String> {
        var tags: Set<String> = []
        for (number, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            guard let word = words.first else { continue }
            let name = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last ?? word
            guard words.count == 1, let tag = try? Tag(String(decoding: name, as: UTF8.self)) else {
                throw CleanupError(
                    .badData, "\(file):\(number + 1): \(Shown.name(line)) is no tag", hint: "write one on each line")
            }
            tags.insert(tag.text)
        }
        return tags
    }
}
