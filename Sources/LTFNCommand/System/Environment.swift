/// The value of an environment variable; nil when it is not set.
public func environmentVariable(_ name: String) -> String? {
    SystemCalls.environment(name)
}
