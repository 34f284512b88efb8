/// What tests compare with that is not part of the project, and may be missing.
public enum Beside {
    /// The Python that scripts/python-tools makes, with botocore.
    public static let python = "\(Berth.packageRoot)/.build/python/bin/python"
    /// Why there is no such Python; nil where there is.
    public static let pythonObstacle: String? =
        Files.exists(python) ? nil : "botocore is not installed: run `make test-deps`, or scripts/python-tools"

    /// The vendors' own descriptions of their services, a directory beside the checkout.
    public static let specifications = "\(Berth.packageRoot)/../shared/specs"
    /// Why there are no such descriptions; nil where there are.
    public static let specificationsObstacle: String? =
        Files.exists(specifications) ? nil : "the vendors' descriptions of their services are not beside the checkout"
}
