// What `berth ci-env gitlab` does to the file system, in C with jansson: the floor that berth is measured against.
//
// It reads ~/.docker/config.json, puts the job's login in, and makes a job directory that is whole or not there: filled
// under another name, locked, 0700 and 0600, renamed. It looks through the leases of other jobs, and prints exports. It
// leaves out what costs no system call: checks of options, the choice of a shell's quoting, errors that help.

#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *variable(const char *name) {
    const char *value = getenv(name);
    if (!value) errx(78, "%s is not set", name);
    return value;
}

static char *format(const char *format, ...) {
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) err(1, "memory");
    va_end(arguments);
    return text;
}

static char *base64(const char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = strlen(text);
    char *output = calloc(1, (length + 2) / 3 * 4 + 1), *next = output;
    if (!output) err(1, "memory");
    for (size_t start = 0; start < length; start += 3) {
        unsigned bits = 0;
        for (size_t i = 0; i < 3; i++) bits = bits << 8 | (start + i < length ? (unsigned char)text[start + i] : 0);
        for (size_t i = 0; i < 4; i++) *next++ = start + i > length ? '=' : digits[bits >> (18 - 6 * i) & 63];
    }
    return output;
}

static char *random_name(const char *prefix) {
    unsigned char bytes[16];
    char letters[sizeof bytes + 1] = {0};
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) err(1, "getrandom");
    for (size_t i = 0; i < sizeof bytes; i++) letters[i] = "abcdefghijklmnopqrstuvwxyz234567"[bytes[i] & 31];
    return format("%s%s", prefix, letters);
}

// The whole of a small file, or NULL where it is not there.
static char *read_text(int directory, const char *name) {
    int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return NULL;
    size_t size = 4096, length = 0;
    struct stat status;
    if (!fstat(file, &status) && status.st_size > 0) size = status.st_size + 1;
    char *text = malloc(size);
    if (!text) err(1, "memory");
    ssize_t count;
    while (length + 1 < size && (count = read(file, text + length, size - 1 - length)) > 0) length += count;
    close(file);
    text[length] = 0;
    return text;
}

static void write_text(int directory, const char *name, const char *text) {
    int file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    size_t length = strlen(text);
    if (file < 0 || write(file, text, length) != (ssize_t)length || close(file)) err(1, "%s", name);
}

static void make_link(int directory, const char *name, const char *target) {
    if (symlinkat(target, directory, name)) err(1, "%s", name);
}

static int open_directory(int parent, const char *name) {
    int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) err(1, "%s", name);
    return directory;
}

static int make_directory(int parent, const char *name) {
    if (mkdirat(parent, name, 0700)) err(1, "%s", name);
    return open_directory(parent, name);
}

// The root of all jobs: this user's, and closed to others.
static int open_root(const char *path) {
    if (mkdir(path, 0700) && access(path, F_OK)) err(78, "%s", path);
    int root = open_directory(AT_FDCWD, path);
    struct stat status;
    if (fstat(root, &status) || status.st_uid != geteuid() || (status.st_mode & 077)) errx(78, "%s is not safe", path);
    return root;
}

// The parent and the start time of a process, from /proc.
static void process(int pid, int *parent, unsigned long long *start) {
    char *path = format("/proc/%d/stat", pid), *text = read_text(AT_FDCWD, path), *rest = text ? strrchr(text, ')') : 0;
    if (!rest || sscanf(rest, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                        parent, start) != 2)
        errx(1, "%s", path);
    free(text);
    free(path);
}

static char *lease(const char *boot) {
    char namespace[64] = {0}, host[65] = {0};
    struct timespec since_boot;
    if (readlink("/proc/self/ns/pid", namespace, sizeof namespace - 1) < 0 || gethostname(host, sizeof host - 1) ||
        clock_gettime(CLOCK_BOOTTIME, &since_boot))
        err(1, "lease");
    char *machine = read_text(AT_FDCWD, "/etc/machine-id");
    int parent = getppid(), next;
    unsigned long long start;
    process(parent, &next, &start);
    json_t *value = json_pack("{s:i,s:s,s:s,s:[{s:i,s:I}],s:s,s:s,s:s,s:s,s:I,s:I}", "version", 1, "system", "gitlab", "job",
                              variable("CI_JOB_ID"), "owners", "pid", parent, "start", (json_int_t)start, "boot", boot,
                              "pidNamespace", namespace, "machine", machine ? machine : "", "host", host, "expires",
                              (json_int_t)time(NULL) + 3600, "expiresSinceBoot", (json_int_t)since_boot.tv_sec + 3600);
    return json_dumps(value, JSON_INDENT(4));
}

// Counts the other jobs whose lease goes on, as a collector does that finds none to remove.
static int living_jobs(int root, const char *boot) {
    int living = 0, entries = dup(root);
    DIR *list = fdopendir(entries);
    for (struct dirent *entry; list && (entry = readdir(list));) {
        if (entry->d_name[0] == '.') continue;
        int directory = open_directory(root, entry->d_name);
        char *text = read_text(directory, "lease.json");
        json_t *other = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
        const char *booted = json_string_value(json_object_get(other, "boot"));
        json_t *owner = json_array_get(json_object_get(other, "owners"), 0);
        char *path = format("/proc/%d/stat", (int)json_integer_value(json_object_get(owner, "pid")));
        if (booted && !strcmp(booted, boot) && !access(path, F_OK)) living++;
        free(path);
        free(text);
        json_decref(other);
        close(directory);
    }
    if (list) closedir(list);
    return living;
}

static void export(const char *name, const char *value) {
    printf("export %s=%s;\n", name, value);
}

int main(void) {
    const char *base = getenv("BERTH_TMP_DIR");
    char *root_path = format("%s/peer-%d", base ? base : "/tmp", (int)geteuid());
    int root = open_root(root_path);
    char *boot = read_text(AT_FDCWD, "/proc/sys/kernel/random/boot_id");
    living_jobs(root, boot);

    char *source = read_text(AT_FDCWD, format("%s/.docker/config.json", variable("HOME")));
    json_t *config = source ? json_loads(source, JSON_REJECT_DUPLICATES, NULL) : json_object();
    json_t *auths = json_object_get(config, "auths");
    if (!json_is_object(auths)) errx(65, "the config is corrupt");
    char *pair = format("%s:%s", variable("CI_REGISTRY_USER"), variable("CI_REGISTRY_PASSWORD"));
    json_object_set_new(auths, variable("CI_REGISTRY"), json_pack("{s:s}", "auth", base64(pair)));
    json_object_del(config, "credsStore");
    char *text = json_dumps(config, JSON_INDENT(4));

    char *unfinished = random_name(".new-"), *name = random_name(format("gitlab-%s-", variable("CI_JOB_ID")));
    int job = make_directory(root, unfinished);
    if (flock(job, LOCK_EX | LOCK_NB)) err(1, "flock");
    write_text(make_directory(job, "docker"), "config.json", text);
    make_link(make_directory(job, "containers"), "auth.json", "../docker/config.json");
    make_link(make_directory(job, "helm"), "registry.json", "../docker/config.json");
    make_directory(job, "ecr");
    write_text(job, "lease.json", lease(boot));
    if (renameat2(root, unfinished, root, name, RENAME_NOREPLACE)) err(1, "%s", name);

    char *path = format("%s/%s", root_path, name);
    export("DOCKER_CONFIG", format("%s/docker", path));
    export("REGISTRY_AUTH_FILE", format("%s/containers/auth.json", path));
    export("HELM_REGISTRY_CONFIG", format("%s/helm/registry.json", path));
    export("BERTH_JOB", path);
    export("WERF_REPO", variable("CI_REGISTRY_IMAGE"));
    static const char *const facts[][2] = {
        {"PROJECT_GIT=project.werf.io/git", "CI_PROJECT_URL"},     {"CI_COMMIT=ci.werf.io/commit", "CI_COMMIT_SHA"},
        {"GITLAB_CI_JOB=gitlab.ci.werf.io/job", "CI_JOB_URL"},     {"PIPELINE=gitlab.ci.werf.io/pipeline", "CI_PIPELINE_URL"},
        {"BRANCH=gitlab.ci.werf.io/branch", "CI_COMMIT_REF_NAME"}, {"PROJECT=gitlab.ci.werf.io/project", "CI_PROJECT_PATH"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        printf("export WERF_ADD_ANNOTATION_%s=%s;\n", facts[i][0], variable(facts[i][1]));
    return fflush(stdout) ? 1 : 0;
}
