/// The dates of HTTP headers (RFC 9110 §5.6.7).
public enum HTTPDate {
    /// The seconds since 1970 that `text`, such as `Sun, 06 Nov 1994 08:49:37 GMT`, means.
    ///
    /// Only the form that servers must send is read; the two obsolete ones died with the servers of the 1990s.
    public static func unixTime(_ text: String) -> Int? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == ":" })
        guard words.count == 8, days.contains(String(words[0])), words[7] == "GMT", let day = Int(words[1]),
            let year = Int(words[3]),
            let hour = Int(words[4]), let minute = Int(words[5]), let second = Int(words[6]),
            let month = months.firstIndex(of: String(words[2])), (1970...9999).contains(year),
            let date = CalendarDate(year: year, month: month + 1, day: day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static let days = ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"]

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
