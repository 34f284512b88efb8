#pragma once
// Nothing to call from here: CCurlStubs.c only gives the static linker the names that libcurl.a refers to.
