extension String? {
    /// The value of an option as a path.
    ///
    /// `--docker-config "$DIR"` is empty where there is no `DIR`, and what is below it would be the root.
    func asPath(of option: String) throws(Failure) -> String? {
        if self == "" { throw Failure(.usage, "\(option): no path") }
        return self
    }
}
