/// A length of time as people write it: `90s`, `30m`, `12h`, `14d`, `2w`, or several in a row: `1h30m`.
public enum DurationText {
    /// The longest that can be meant seriously, in seconds: ten years.
    public static let longest = 10 * 366 * 24 * 3600

    /// The seconds that `text` means, or `nil` where it is no length of time, none at all, or more than ten years.
    public static func seconds(_ text: some StringProtocol) -> Int? {
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
            // Without this, a text that is long enough would add up to more than a number holds.
            guard total <= longest else { return nil }
            digits = ""
        }
        guard digits.isEmpty, total > 0 else { return nil }
        return total
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
