#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int berth_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int berth_rename_noreplace(int old_directory, const char *old_name, int new_directory, const char *new_name) {
    return renameat2(old_directory, old_name, new_directory, new_name, RENAME_NOREPLACE);
}

void berth_close_from(int first) {
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
    // A kernel before 5.9.
    long limit = sysconf(_SC_OPEN_MAX);
    for (int fd = first; fd < limit && fd < 65536; fd++) close(fd);
}

int berth_detach(void) {
    pid_t child = fork();
    if (child < 0) return -1;
    if (child > 0) {
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        if (status == 0) return 1;
        errno = EAGAIN;
        return -1;
    }
    setsid();
    pid_t grandchild = fork();
    if (grandchild != 0) _exit(grandchild < 0);
    // What the parent holds back must not keep a machine from shutting down.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    return 0;
}

// The child's side of berth_fork_gated. Only async-signal-safe functions may be called here.
static void become(int gate, int failure, const char *file, char *const arguments[], char *const environment[],
                   const sigset_t *mask) {
    char byte;
    ssize_t count;
    do {
        count = read(gate, &byte, 1);
    } while (count < 0 && errno == EINTR);
    if (count != 1) _exit(127); // The parent is gone, or has given up.
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvpe(file, arguments, environment);
    int code = errno;
    ssize_t written = write(failure, &code, sizeof code);
    (void)written;
    _exit(127);
}

int berth_fork_gated(struct berth_gated_child *child, const char *file, char *const arguments[],
                     char *const environment[], const sigset_t *mask) {
    int gate[2], failure[2];
    if (pipe2(gate, O_CLOEXEC) != 0) return -1;
    if (pipe2(failure, O_CLOEXEC) != 0) {
        int code = errno;
        close(gate[0]);
        close(gate[1]);
        errno = code;
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[1]);
        close(failure[0]);
        become(gate[0], failure[1], file, arguments, environment, mask);
    }
    int code = errno;
    close(gate[0]);
    close(failure[1]);
    if (pid < 0) {
        close(gate[1]);
        close(failure[0]);
        errno = code;
        return -1;
    }
    child->pid = pid;
    child->gate = gate[1];
    child->failure = failure[0];
    return 0;
}

int berth_exit_code(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

int berth_ending_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

int berth_was_sent_by_process(const siginfo_t *info) { return info->si_code <= 0; }

void berth_die_of_signal(int number) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(number, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    kill(getpid(), number);
}

char *berth_argument_area(void) { return program_invocation_name; }
