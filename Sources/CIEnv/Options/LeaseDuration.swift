/// How long a lease lasts, as people write it: `90s`, `30m`, `12h`, `14d`, `2w`, or several in a row: `1h30m`.
public enum LeaseDuration {
    /// Where nothing and nobody says otherwise: no CI system lets a job run longer by default.
    public static let standard = 24 * 3600

    /// The longest that can be meant seriously, in seconds: ten years.
    static let longest = 10 * 366 * 24 * 3600

    /// The seconds that `text` means, or `nil` where it is no duration, or none that a lease can have.
    public static func seconds(_ text: String) -> Int? {
        var total = 0
        var digits = ""
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard let unit = unit(character), let count = Int(digits) else { return nil }
            let (product, isTooLong) = count.multipliedReportingOverflow(by: unit)
            guard !isTooLong, product <= longest else { return nil }
            total += product
            digits = ""
        }
        guard digits.isEmpty, (1...longest).contains(total) else { return nil }
        return total
    }

    /// The seconds that a CI system says in digits alone.
    static func plainSeconds(_ text: String) -> Int? {
        Int(text).flatMap { (1...longest).contains($0) ? $0 : nil }
    }

    /// The seconds, where a CI system says minutes in digits alone.
    static func plainMinutes(_ text: String) -> Int? {
        plainSeconds(text).map { $0 * 60 }.flatMap { $0 <= longest ? $0 : nil }
    }

    private static func unit(_ character: Character) -> Int? {
        switch character {
        case "s": 1
        case "m": 60
        case "h": 3600
        case "d": 24 * 3600
        case "w": 7 * 24 * 3600
        default: nil
        }
    }
}
