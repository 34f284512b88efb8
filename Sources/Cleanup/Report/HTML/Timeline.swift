internal import HTTP

/// Tags over time: how many of each day, week, month or year stay and go.
struct Timeline {
    /// What one bar stands for.
    enum Unit: CaseIterable {
        case day, week, month, year

        /// The number of the unit that a day is in.
        func number(ofDay day: Int) -> Int {
            let date = CalendarDate(daysSince1970: day)
            return switch self {
            case .day: day
            // The first of 1970 was a Thursday; weeks begin on Mondays.
            case .week: (day + 3) >= 0 ? (day + 3) / 7 : (day - 3) / 7
            case .month: date.year * 12 + date.month - 1
            case .year: date.year
            }
        }

        /// The first day of a unit.
        func firstDay(of number: Int) -> CalendarDate {
            switch self {
            case .day: CalendarDate(daysSince1970: number)
            case .week: CalendarDate(daysSince1970: number * 7 - 3)
            case .month: CalendarDate(year: number / 12, month: number % 12 + 1, day: 1) ?? Self.beginning
            case .year: CalendarDate(year: number, month: 1, day: 1) ?? Self.beginning
            }
        }

        private static let beginning = CalendarDate(daysSince1970: 0)

        /// How a bar is named: `week of 2026-06-01`.
        func name(of number: Int) -> String {
            let day = firstDay(of: number).text
            return switch self {
            case .day: day
            case .week: "week of \(day)"
            case .month: String(day.prefix(7))
            case .year: String(day.prefix(4))
            }
        }

        /// For people: `each bar is a week`.
        var noun: String { "\(self)" }
    }

    /// The tags of one unit.
    struct Bar: Equatable {
        var kept = 0, deleted = 0
        var count: Int { kept + deleted }
    }

    let unit: Unit
    /// The number of the first bar's unit.
    let first: Int
    private(set) var bars: [Bar]
    /// The tags without a time.
    private(set) var timeless = 0

    /// More bars than this are too thin to be told apart.
    private static let limit = 92

    /// The tags of `view`; `nil` where none has a time.
    init?(_ view: PlanView) {
        var days: [(day: Int, isDeleted: Bool)] = [], timeless = 0
        for place in 0..<view.rows.tagCount {
            guard let time = view.time(of: view.rows.tag(at: place)) else {
                timeless += 1
                continue
            }
            days.append((time / 86_400, view.rows.isTagDeleted(at: place)))
        }
        guard let oldest = days.map(\.day).min(), let newest = days.map(\.day).max() else { return nil }
        let unit = Unit.allCases.first { $0.number(ofDay: newest) - $0.number(ofDay: oldest) < Self.limit } ?? .year
        let first = unit.number(ofDay: oldest)
        var bars = Array(repeating: Bar(), count: unit.number(ofDay: newest) - first + 1)
        for (day, isDeleted) in days {
            let place = unit.number(ofDay: day) - first
            if isDeleted { bars[place].deleted += 1 } else { bars[place].kept += 1 }
        }
        (self.unit, self.first, self.bars, self.timeless) = (unit, first, bars, timeless)
    }

    /// Whether few bars tower so that the others would not be seen.
    var isRooted: Bool {
        let heights = bars.map(\.count).filter { $0 > 0 }.sorted()
        guard let highest = heights.last else { return false }
        return highest > 40 && highest > heights[heights.count / 2] * 15
    }
}

extension CalendarDate {
    /// `2026-06-01`.
    fileprivate var text: String { Figures.day(daysSince1970 * 86_400) }
}

// MARK: - Drawing

extension Timeline {
    private static let width = 960.0, height = 250.0
    private static let left = 44.0, right = 8.0, top = 10.0, bottom = 26.0

    /// The drawing.
    var drawing: HTMLText {
        let most = bars.map(\.count).max() ?? 0
        let ticks = Self.ticks(most)
        let ceiling = max(most, ticks.last ?? 1)
        let floor = Self.height - Self.bottom
        func height(_ count: Int) -> Double {
            let share = Double(count) / Double(max(1, ceiling))
            return (isRooted ? share.squareRoot() : share) * (floor - Self.top)
        }
        var parts: [HTMLText] = []
        for tick in ticks {
            let y = HTMLText.coordinate(floor - height(tick))
            parts.append(
                #"<line class="grid" x1="\#(HTMLText.coordinate(Self.left))" x2="\#(HTMLText.coordinate(Self.width))" "#
            )
            parts.append(#"y1="\#(y)" y2="\#(y)"/>"#)
            parts.append(#"<text class="tick" x="\#(HTMLText.coordinate(Self.left - 8))" y="\#(y)" dy=".32em" "#)
            parts.append(#"text-anchor="end">\#(Figures.count(tick))</text>"#)
        }
        let step = (Self.width - Self.left - Self.right) / Double(bars.count)
        let gap = min(2.5, step * 0.18), thickness = min(step - gap, 44)
        for (place, bar) in bars.enumerated() where bar.count > 0 {
            let x = Self.left + step * Double(place) + (step - thickness) / 2
            let whole = height(bar.count), kept = whole * Double(bar.kept) / Double(bar.count)
            let words =
                "\(unit.name(of: first + place)): \(Figures.count(bar.kept)) stay, \(Figures.count(bar.deleted)) go"
            parts.append("<g><title>\(words)</title>")
            parts.append(Self.rectangle("hit", x - gap / 2, Self.top, thickness + gap, floor - Self.top))
            if bar.kept > 0 { parts.append(Self.rectangle("kept", x, floor - kept, thickness, kept)) }
            if bar.deleted > 0 {
                parts.append(Self.rectangle("gone", x, floor - whole, thickness, whole - kept))
                parts.append(Self.rectangle("hatch", x, floor - whole, thickness, whole - kept))
            }
            parts.append("</g>")
        }
        parts += labels(step)
        let size = "0 0 \(Int(Self.width)) \(Int(Self.height))"
        let label =
            "Tags by \(unit.noun): \(Figures.count(bars.reduce(0) { $0 + $1.kept })) stay, "
            + "\(Figures.count(bars.reduce(0) { $0 + $1.deleted })) go"
        return #"<svg class="timeline" viewBox="\#(size)" role="img" aria-label="\#(label)">\#(parts.joined)</svg>"#
    }

    private static func rectangle(
        _ name: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double
    ) -> HTMLText {
        let numbers = [x, y, width, height].map(HTMLText.coordinate)
        return
            #"<rect class="\#(name)" x="\#(numbers[0])" y="\#(numbers[1])" width="\#(numbers[2])" height="\#(numbers[3])"/>"#
    }

    /// The dates below, as many as there is room for.
    private func labels(_ step: Double) -> [HTMLText] {
        let every = max(1, Int((92 / step).rounded(.up)))
        return stride(from: 0, to: bars.count, by: every).map { place in
            let x = Self.left + step * (Double(place) + 0.5)
            let day = unit.firstDay(of: first + place)
            let text =
                switch unit {
                case .day, .week:
                    "\(day.day) \(Self.months[day.month - 1]) \(day.year % 100 < 10 ? "0" : "")\(day.year % 100)"
                case .month: "\(Self.months[day.month - 1]) \(day.year)"
                case .year: "\(day.year)"
                }
            let anchor = place == 0 && step < 60 ? "start" : "middle"
            let at = HTMLText.coordinate(anchor == "start" ? Self.left : x)
            let y = HTMLText.coordinate(Self.height - 8)
            return #"<text class="tick" x="\#(at)" y="\#(y)" text-anchor="\#(anchor)">\#(text)</text>"#
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Three to five round numbers from 0 to the first that is not below `most`.
    static func ticks(_ most: Int) -> [Int] {
        var unit = 1
        while true {
            for factor in [1, 2, 5] where unit * factor * 4 >= most {
                let step = unit * factor
                return Array(stride(from: 0, through: max(step, (most + step - 1) / step * step), by: step))
            }
            unit *= 10
        }
    }
}
