#pragma once
#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85.0 or newer is needed (CURLOPT_PROTOCOLS_STR)"
#endif

// Swift cannot call variadic functions: one face of curl_easy_setopt and curl_easy_getinfo for each type of argument.
// Swift's Int is C's long here, so there is never a face for int.

CURLcode cc_setopt_long(CURL *_Nonnull handle, CURLoption option, long value);
CURLcode cc_setopt_off(CURL *_Nonnull handle, CURLoption option, curl_off_t value);
CURLcode cc_setopt_ptr(CURL *_Nonnull handle, CURLoption option, const void *_Nullable value);
CURLcode cc_setopt_str(CURL *_Nonnull handle, CURLoption option, const char *_Nullable value);
CURLcode cc_setopt_slist(CURL *_Nonnull handle, CURLoption option, struct curl_slist *_Nullable value);
// Copies the bytes.
CURLcode cc_setopt_blob(CURL *_Nonnull handle, CURLoption option, const void *_Nullable bytes, size_t count);
// CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION and CURLOPT_READFUNCTION, which have one type.
CURLcode cc_setopt_write(CURL *_Nonnull handle, CURLoption option, curl_write_callback _Nonnull value);
CURLcode cc_setopt_prereq(CURL *_Nonnull handle, CURLoption option, curl_prereq_callback _Nonnull value);

CURLcode cc_getinfo_long(CURL *_Nonnull handle, CURLINFO info, long *_Nonnull value);

CURLMcode cc_multi_setopt_long(CURLM *_Nonnull multi, CURLMoption option, long value);
// The next transfer that has ended; 0 where there is none. CURLMsg has a union, which Swift sees badly.
int cc_multi_info_read(CURLM *_Nonnull multi, CURL *_Nullable *_Nonnull handle, CURLcode *_Nonnull result);
