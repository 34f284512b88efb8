// measure FILE COMMAND...: runs it with its output in FILE, and prints what it took: milliseconds, milliseconds of
// processor time in user and in system mode, peak resident KiB, exit status. Programs that it started and waited for
// count too. It is small itself, because the kernel counts as a program's peak also what its parent had when it forked.

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double milliseconds(struct timeval time) { return time.tv_sec * 1e3 + time.tv_usec / 1e3; }

int main(int argc, char **argv) {
    if (argc < 3) errx(64, "FILE COMMAND...");
    struct timespec start, end;
    struct rusage usage;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (!child) {
        int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (file < 0 || dup2(file, 1) < 0) err(126, "%s", argv[1]);
        close(file);
        execvp(argv[2], argv + 2);
        err(127, "%s", argv[2]);
    }
    if (wait4(child, &status, 0, &usage) != child) err(1, "wait4");
    clock_gettime(CLOCK_MONOTONIC, &end);
    double wall = (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6;
    printf("%.3f %.3f %.3f %ld %d\n", wall, milliseconds(usage.ru_utime), milliseconds(usage.ru_stime), usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
