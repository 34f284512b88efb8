internal import CFuzzer
internal import Glibc

// All arguments are libFuzzer's, which also starts the program again with some of them.
var argc = CommandLine.argc
var argv = unsafe Optional(CommandLine.unsafeArgv)
let status = unsafe LLVMFuzzerRunDriver(&argc, &argv) { start, count in
    unsafe chosenCheck(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
exit(status)
