/*
 * Set-up in an order that leaves no gap: group, death with the parent (and a look whether it is
 * dead already), fds, signals, and the mask last. The handler of fatal signals only writes four
 * numbers into the shared page, on a stack of its own, and lets the signal kill: nothing continues
 * after a fault. No atexit handler and no destructor of the parent or the plugin runs: the end is
 * _exit.
 */
#include "proc/child_side.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#define RESULTS_FD 3

static struct child_status *shared; /* for the handler, which gets no argument of ours */

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

static uint64_t pc_of(const void *context) {
    const ucontext_t *c = context;
#if defined(__x86_64__)
    return (uint64_t)c->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uint64_t)c->uc_mcontext.pc;
#else
    (void)c;
    return 0;
#endif
}

/* Installed with SA_RESETHAND and SA_NODEFER: raising it again kills. */
static void on_fatal(int number, siginfo_t *info, void *context) {
    struct child_fault *fault = &shared->fault;
    /* Of the others si_addr is code, or nothing; SI_KERNEL is an address that no pointer can have.
     */
    bool is_access =
        (number == SIGSEGV || number == SIGBUS) && info->si_code > 0 && info->si_code != SI_KERNEL;
    atomic_store(&fault->has_address, is_access);
    atomic_store(&fault->address, is_access ? (uint64_t)(uintptr_t)info->si_addr : 0);
    atomic_store(&fault->pc, pc_of(context));
    atomic_store(&fault->signal, number);
    (void)raise(number);
}

static void set_signals(const sigset_t *mask) {
    static char stack[65536];
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int i = 1; i < NSIG; i++)
        (void)sigaction(i, &plain, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);

    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    (void)sigaltstack(&alternate, NULL);
    struct sigaction fatal = {.sa_sigaction = on_fatal,
                              .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND | SA_NODEFER};
    (void)sigemptyset(&fatal.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
        (void)sigaction(fatal_signals[i], &fatal, NULL);

    sigset_t open = *mask;
    for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
        (void)sigdelset(&open, fatal_signals[i]);
    (void)sigprocmask(SIG_SETMASK, &open, NULL);
}

/* 0 from /dev/null, 1 and 2 to the captured pipe, 3 to the results; nothing else. */
static bool set_fds(const struct child_side *side) {
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int high_input = fcntl(input, F_DUPFD_CLOEXEC, RESULTS_FD + 1); /* out of the way first */
    int output = fcntl(side->output_fd, F_DUPFD_CLOEXEC, RESULTS_FD + 1);
    int results = fcntl(side->results_fd, F_DUPFD_CLOEXEC, RESULTS_FD + 1);
    if (high_input < 0 || output < 0 || results < 0)
        return false;
    if (dup2(high_input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0 || dup2(results, RESULTS_FD) < 0)
        return false;
    return close_range(RESULTS_FD + 1, ~0u, 0) == 0;
}

static bool set_up(const struct child_side *side) {
    const struct rlimit no_core = {0, 0};
    (void)setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != side->parent)
        return false;
    if (!set_fds(side))
        return false;
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* what it printed before it crashed is kept */
    set_signals(&side->mask);
    return true;
}

_Noreturn void child_side_run(const struct child_side *side) {
    shared = side->status;
    if (!set_up(side))
        _exit(CHILD_SETUP_FAILED);
    int code = side->spec->work(side->spec->arg, RESULTS_FD, side->status);
    (void)fflush(stdout);
    progress_enter(&side->status->progress, PROGRESS_DONE);
    atomic_store(&side->status->finished, 1);
    _exit(code);
}
