#pragma once
#include <stddef.h>
#include <stdint.h>

typedef int (*_Nonnull FuzzedFunction)(const uint8_t *_Nullable bytes, size_t count);

/* libFuzzer's main loop, for programs that have a main function of their own. No header of the toolchain declares it. */
int LLVMFuzzerRunDriver(int *_Nonnull argc, char *_Nullable *_Nullable *_Nonnull argv, FuzzedFunction function);
