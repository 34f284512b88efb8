public import Registry
extension CleanupReport {
    public func writeHTML<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {}
}
extension PlanView {
    public func explanation(of tag: Tag, by planner: Planner) throws(CleanupError) -> String? { nil }
}
