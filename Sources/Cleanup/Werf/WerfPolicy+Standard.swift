extension WerfPolicy {
    private static let week = 7 * 24 * 3600

    /// What werf does where its config says nothing: the last ten tags; of the last ten branches of a week the last two
    /// images; of the main branches the last ten.
    ///
    /// werf's code has that ten, its documentation two: ten is the safe one.
    ///
    /// - Throws: `CleanupError` never, as the patterns are right.
    public static func standard() throws(CleanupError) -> WerfPolicy {
        WerfPolicy(keep: [
            WerfKeepPolicy(isAboutTags: true, name: try TextPattern("*"), references: .init(last: 10)),
            WerfKeepPolicy(
                isAboutTags: false, name: try TextPattern("*"), references: .init(last: 10, within: week),
                images: .init(last: 2, within: week)),
            WerfKeepPolicy(
                isAboutTags: false, name: try TextPattern("{main,master,staging,production}"),
                images: .init(last: 10)),
        ])
    }
}
