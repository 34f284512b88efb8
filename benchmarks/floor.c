// The requests of a registry client and nothing else, in C with libcurl's multi interface and jansson: the floor that
// `berth tags`, `berth delete`, `berth cleanup` and requests in general are measured against.
//
// floor list URL                                 the tags
// floor details PARALLEL URL                     of every tag: manifest, then config; prints tag, digest, time of creation
// floor delete PARALLEL URL TAG...               of every tag: HEAD for its digest, then DELETE of that
// floor clean PARALLEL URL TAG...                the same, with DELETE of the tag before that of its digest
// floor requests PARALLEL COUNT URL              COUNT times the same GET
//
// URL is that of a repository, http://host:port/v2/name, for `requests` any. https speaks HTTP/2, and takes the
// authorities from SSL_CERT_FILE. What is left out: the digests are the server's, nothing is verified, repeated, paged
// or authorised, and whatever is unexpected ends the program.

#include <curl/curl.h>
#include <err.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const accept_lines[] = {
    "Accept: application/vnd.oci.image.manifest.v1+json",
    "Accept: application/vnd.docker.distribution.manifest.v2+json",
    "Accept: application/vnd.oci.image.index.v1+json",
    "Accept: application/vnd.docker.distribution.manifest.list.v2+json",
};

// One request in flight, with what it needs again and again: its handle and the memory for a body.
struct lane {
    CURL *curl;
    char *body;
    size_t length, size;
    const char *tag;
    char digest[128];
    char url[1024];
    int step;
};

static enum { LIST, DETAILS, DELETE, CLEAN, REQUESTS } mode;
static bool deletes;
static const char *base;
static struct curl_slist *accept_headers;

// What is left to do: tags, or a number of requests.
static const char *const *tags;
static json_t *listed;
static size_t next, count;

static void check(CURLcode code) {
    if (code) errx(1, "%s", curl_easy_strerror(code));
}

static void check_multi(CURLMcode code) {
    if (code) errx(1, "%s", curl_multi_strerror(code));
}

static size_t append(char *bytes, size_t one, size_t length, void *context) {
    (void)one;
    struct lane *lane = context;
    if (lane->length + length > lane->size) {
        lane->size = 2 * (lane->length + length);
        lane->body = realloc(lane->body, lane->size);
        if (!lane->body) err(1, "memory");
    }
    memcpy(lane->body + lane->length, bytes, length);
    lane->length += length;
    return length;
}

static void set_up(struct lane *lane) {
    lane->curl = curl_easy_init();
    if (!lane->curl) errx(1, "memory");
    const char *authorities = getenv("SSL_CERT_FILE");
    check(curl_easy_setopt(lane->curl, CURLOPT_NOSIGNAL, 1L));
    check(curl_easy_setopt(lane->curl, CURLOPT_PRIVATE, lane));
    check(curl_easy_setopt(lane->curl, CURLOPT_WRITEFUNCTION, append));
    check(curl_easy_setopt(lane->curl, CURLOPT_WRITEDATA, lane));
    if (strncmp(base, "https:", 6)) {
        check(curl_easy_setopt(lane->curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1));
    } else {
        check(curl_easy_setopt(lane->curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS));
        check(curl_easy_setopt(lane->curl, CURLOPT_PIPEWAIT, 1L));
    }
    if (authorities) {
        check(curl_easy_setopt(lane->curl, CURLOPT_CAINFO, authorities));
        check(curl_easy_setopt(lane->curl, CURLOPT_CAPATH, NULL));
    }
}

__attribute__((format(printf, 3, 4)))
static void aim(struct lane *lane, bool manifest, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(lane->url, sizeof lane->url, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof lane->url) errx(1, "the URL is too long");
    lane->length = 0;
    check(curl_easy_setopt(lane->curl, CURLOPT_URL, lane->url));
    check(curl_easy_setopt(lane->curl, CURLOPT_HTTPHEADER, manifest ? accept_headers : NULL));
}

// The next thing to do, as the lane's request; false where nothing is left.
static bool begin(struct lane *lane) {
    if (next == count) return false;
    size_t index = next++;
    lane->step = 0;
    if (mode == REQUESTS) {
        if (!*lane->url) aim(lane, true, "%s", base);
        lane->length = 0;
        return true;
    }
    lane->tag = listed ? json_string_value(json_array_get(listed, index)) : tags[index];
    if (deletes) {
        check(curl_easy_setopt(lane->curl, CURLOPT_CUSTOMREQUEST, NULL));
        check(curl_easy_setopt(lane->curl, CURLOPT_NOBODY, 1L));
    }
    aim(lane, true, "%s/manifests/%s", base, lane->tag);
    return true;
}

// What jansson allocates for one document lies here, and is gone when the next one is parsed.
static struct {
    _Alignas(max_align_t) char bytes[1 << 20];
    size_t used;
} arena;

static void *allocate(size_t size) {
    size_t start = arena.used;
    arena.used += (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    return arena.used <= sizeof arena.bytes ? arena.bytes + start : NULL;
}

static void leave(void *memory) { (void)memory; }

static json_t *parse(const struct lane *lane) {
    json_error_t error;
    arena.used = 0;
    json_t *json = json_loadb(lane->body, lane->length, 0, &error);
    if (!json) errx(1, "%s: %s", lane->url, error.text);
    return json;
}

static const char *text(const json_t *json, const char *key) {
    const char *value = json_string_value(json_object_get(json, key));
    if (!value) errx(1, "there is no %s", key);
    return value;
}

// The request has been answered. Says whether the lane has another one to make for the same tag.
static bool follow(struct lane *lane) {
    long status;
    check(curl_easy_getinfo(lane->curl, CURLINFO_RESPONSE_CODE, &status));
    bool done = deletes && lane->step ? status == 202 || status == 204 : status == 200;
    if (!done) errx(1, "%s: status %ld", lane->url, status);
    if (mode == REQUESTS) return false;
    if (!lane->step++) {
        struct curl_header *header;
        if (curl_easy_header(lane->curl, "Docker-Content-Digest", 0, CURLH_HEADER, -1, &header)) errx(1, "no digest");
        snprintf(lane->digest, sizeof lane->digest, "%s", header->value);
        if (deletes) {
            check(curl_easy_setopt(lane->curl, CURLOPT_NOBODY, 0L));
            check(curl_easy_setopt(lane->curl, CURLOPT_CUSTOMREQUEST, "DELETE"));
            aim(lane, false, "%s/manifests/%s", base, mode == CLEAN ? lane->tag : lane->digest);
        } else {
            aim(lane, false, "%s/blobs/%s", base, text(json_object_get(parse(lane), "config"), "digest"));
        }
        return true;
    }
    if (mode == CLEAN && lane->step == 2) {
        aim(lane, false, "%s/manifests/%s", base, lane->digest);
        return true;
    }
    if (mode == DETAILS) {
        printf("%s %s %s\n", lane->tag, lane->digest, text(parse(lane), "created"));
    } else {
        printf("%s %s\n", lane->tag, lane->digest);
    }
    return false;
}

static void run(long parallel) {
    CURLM *multi = curl_multi_init();
    struct lane *lanes = calloc(parallel, sizeof *lanes);
    if (!multi || !lanes) errx(1, "memory");
    check_multi(curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, parallel));
    check_multi(curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, parallel));
    check_multi(curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, parallel));
    int running = 0;
    for (long i = 0; i < parallel; i++) {
        set_up(&lanes[i]);
        if (begin(&lanes[i])) check_multi(curl_multi_add_handle(multi, lanes[i].curl));
    }
    do {
        check_multi(curl_multi_perform(multi, &running));
        bool added = false;
        int left;
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
            CURL *curl = message->easy_handle;
            struct lane *lane;
            check(message->data.result);
            check(curl_easy_getinfo(curl, CURLINFO_PRIVATE, &lane));
            check_multi(curl_multi_remove_handle(multi, curl));
            if (follow(lane) || begin(lane)) {
                check_multi(curl_multi_add_handle(multi, curl));
                added = true;
            }
        }
        if (added) running = 1;
        else if (running) check_multi(curl_multi_poll(multi, NULL, 0, 1000, NULL));
    } while (running);
    for (long i = 0; i < parallel; i++) {
        curl_easy_cleanup(lanes[i].curl);
        free(lanes[i].body);
    }
    curl_multi_cleanup(multi);
    free(lanes);
}

// The tags of the repository. One request, on a connection of its own.
static void list(void) {
    struct lane lane = {0};
    long status;
    set_up(&lane);
    aim(&lane, false, "%s/tags/list", base);
    check(curl_easy_perform(lane.curl));
    check(curl_easy_getinfo(lane.curl, CURLINFO_RESPONSE_CODE, &status));
    if (status != 200) errx(1, "%s: status %ld", lane.url, status);
    listed = json_object_get(parse(&lane), "tags");
    count = json_array_size(listed);
    curl_easy_cleanup(lane.curl);
    free(lane.body);
}

int main(int argc, char **argv) {
    long parallel = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    if (argc == 3 && !strcmp(argv[1], "list")) {
        mode = LIST;
        base = argv[2];
    } else if (argc == 4 && parallel > 0 && !strcmp(argv[1], "details")) {
        mode = DETAILS;
        base = argv[3];
    } else if (argc > 4 && parallel > 0 && (!strcmp(argv[1], "delete") || !strcmp(argv[1], "clean"))) {
        mode = *argv[1] == 'd' ? DELETE : CLEAN;
        deletes = true;
        base = argv[3];
        tags = (const char *const *)argv + 4;
        count = argc - 4;
    } else if (argc == 5 && parallel > 0 && !strcmp(argv[1], "requests")) {
        mode = REQUESTS;
        base = argv[4];
        count = strtoul(argv[3], NULL, 10);
    } else {
        errx(64, "list URL | details PARALLEL URL | delete|clean PARALLEL URL TAG... | requests PARALLEL COUNT URL");
    }
    check(curl_global_init(CURL_GLOBAL_ALL));
    for (size_t i = 0; i < sizeof accept_lines / sizeof *accept_lines; i++) {
        accept_headers = curl_slist_append(accept_headers, accept_lines[i]);
        if (!accept_headers) errx(1, "memory");
    }
    if (mode == LIST || mode == DETAILS) list();
    if (mode == LIST) {
        for (size_t i = 0; i < count; i++) puts(json_string_value(json_array_get(listed, i)));
    } else {
        json_set_alloc_funcs(allocate, leave);
        run(parallel);
    }
    curl_slist_free_all(accept_headers);
    curl_global_cleanup();
    if (fflush(stdout)) err(1, "output");
}
