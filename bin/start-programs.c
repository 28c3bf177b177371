/*
 * Starts the programs for a web server that does not start them itself, each
 * when there is a request for it, until SIGTERM or Ctrl-C:
 *
 *	start-programs [-u USER] [-w WEB-USER] PROGRAMS [SOCKETS]
 *
 * PROGRAMS is the directory they are in, SOCKETS the one their sockets are made
 * in: SOCKETS/token and so on. As root, the programs run as USER, and WEB-USER
 * alone can open the sockets; without -u and -w all is the caller's. Without
 * SOCKETS, systemd passes the sockets, each named after its program.
 *
 * Each program is one process with one socket, on its standard input: it serves
 * with as many threads as there are requests (workers in latchkey.conf), and
 * those that write share a commit. It exits when nothing has come for a while.
 * The sockets are ours and outlive it: a connection that comes then waits in
 * the socket, and we start the program again. On SIGHUP (after an upgrade) the
 * programs finish what they have, and the next request starts a new one.
 *
 * Log lines of the programs reach standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	PATH_CAP = 4096,
	/* A program that fails waits for so long before it is started again,
	 * twice as long each time, unless it had been well: for WELL_MS, or
	 * until it was idle. */
	WAIT_FIRST_MS = 200,
	WAIT_MAX_MS = 30000,
	WELL_MS = 60000
};

static struct program {
	const char *name, *path;
	int socket;     /* -1: there is none */
	pid_t pid;      /* 0: the next connection starts it */
	int64_t due_ms; /* but not before */
	int64_t wait_ms, started_ms;
} programs[] = {
#define X(program) {.name = #program, .socket = -1},
    LK_PROGRAMS
#undef X
};

/* A program exits when nothing has come for so long. */
#define IDLE_S "30"

enum { COUNT = sizeof programs / sizeof programs[0] };

static char paths[COUNT][PATH_CAP];

struct account {
	const char *name; /* NULL: it is us */
	uid_t uid;
	gid_t gid;
};

static struct account user; /* the programs' */
static sigset_t mask_before;

static void
say_va(const char *format, va_list args)
{
	fputs("latchkey: start-programs: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

__attribute__((format(printf, 1, 2))) static void
say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_va(format, args);
	va_end(args);
}

__attribute__((format(printf, 1, 2), noreturn)) static void
refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_va(format, args);
	va_end(args);
	exit(EXIT_FAILURE);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- before anything starts --- */

static struct account
find_account(const char *name)
{
	const struct passwd *found = getpwnam(name);

	if (found == NULL)
		refuse("%s: no such user", name);
	if (geteuid() != 0 && geteuid() != found->pw_uid)
		refuse("%s: only root can act for others", name);
	return (struct account){name, found->pw_uid, found->pw_gid};
}

static void
put_path(char *path, size_t cap, const char *dir, const char *name)
{
	int n = snprintf(path, cap, "%s/%s", dir, name);

	if (n < 0 || (size_t)n >= cap)
		refuse("%s/%s: is too long", dir, name);
}

static void
check_programs(const char *dir)
{
	for (int i = 0; i < COUNT; i++) {
		struct program *p = &programs[i];

		put_path(paths[i], sizeof paths[i], dir, p->name);
		p->path = paths[i];
		if (access(p->path, X_OK) != 0)
			refuse("%s: cannot be run", p->path);
	}
}

static void
check_sockets_dir(const char *dir)
{
	struct stat st;

	if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode) ||
	    access(dir, W_OK | X_OK) != 0)
		refuse("%s: is no directory in which sockets can be made", dir);
}

/* Removes a socket that an earlier run left behind, but not one that a process
 * listens on. */
static void
clear_path(const struct sockaddr_un *address)
{
	const struct sockaddr *a = (const struct sockaddr *)address;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct stat st;

	if (fd < 0)
		refuse("%s: %s", address->sun_path, strerror(errno));
	if (connect(fd, a, sizeof *address) == 0 || errno == EAGAIN)
		refuse("%s: is already in use", address->sun_path);
	if (errno == ECONNREFUSED && lstat(address->sun_path, &st) == 0 &&
	    S_ISSOCK(st.st_mode))
		unlink(address->sun_path);
	close(fd);
}

static int
make_socket(const char *dir, const char *name, const struct account *owner)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct sockaddr *a = (const struct sockaddr *)&address;
	const char *path = address.sun_path;
	int fd;

	put_path(address.sun_path, sizeof address.sun_path, dir, name);
	clear_path(&address);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, a, sizeof address) != 0 ||
	    (owner->name != NULL &&
		lchown(path, owner->uid, owner->gid) != 0) ||
	    listen(fd, SOMAXCONN) != 0)
		refuse("%s: %s", path, strerror(errno));
	return fd;
}

static void
make_sockets(const char *dir, const struct account *owner)
{
	mode_t before = umask(0177);

	for (int i = 0; i < COUNT; i++)
		programs[i].socket = make_socket(dir, programs[i].name, owner);
	umask(before);
}

static struct program *
find_program(const char *name)
{
	for (int i = 0; i < COUNT; i++)
		if (strcmp(programs[i].name, name) == 0)
			return &programs[i];
	return NULL;
}

/* From systemd, as sd_listen_fds_with_names(3) takes them. */
static void
take_sockets(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	char *names = getenv("LISTEN_FDNAMES");
	int fd = STDERR_FILENO + 1, end = fd;

	if (pid != NULL && count != NULL &&
	    strtol(pid, NULL, 10) == (long)getpid())
		end += (int)strtol(count, NULL, 10);
	if (end == fd || names == NULL)
		refuse("neither a directory for sockets, nor any from systemd");
	for (; fd < end; fd++) {
		const char *name = strsep(&names, ":");
		struct program *p = name != NULL ? find_program(name) : NULL;

		if (p == NULL || p->socket >= 0)
			refuse("socket %d from systemd, %s: not a program, or "
			       "its second socket",
			    fd, name != NULL ? name : "unnamed");
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		p->socket = fd;
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
}

/* --- a program --- */

/* For good: neither the groups nor the user can be had back. */
static bool
become_user(void)
{
	if (user.name == NULL || geteuid() != 0)
		return true;
	return initgroups(user.name, user.gid) == 0 && setgid(user.gid) == 0 &&
	       setuid(user.uid) == 0 && (user.uid == 0 || setuid(0) != 0);
}

/* In the child. */
static void
exec_program(const struct program *p)
{
	char *const argv[] = {(char *)(uintptr_t)p->path, NULL};

	signal(SIGPIPE, SIG_DFL);
	if (!become_user())
		say("%s: cannot become %s", p->path, user.name);
	else if (dup2(p->socket, STDIN_FILENO) < 0 ||
		 sigprocmask(SIG_SETMASK, &mask_before, NULL) != 0 ||
		 execv(p->path, argv) != 0)
		say("%s: %s", p->path, strerror(errno));
	_exit(127);
}

static void
wait_longer(struct program *p)
{
	int64_t now = now_ms();

	if (now - p->started_ms >= WELL_MS || p->wait_ms == 0)
		p->wait_ms = WAIT_FIRST_MS;
	else
		p->wait_ms *= 2;
	if (p->wait_ms > WAIT_MAX_MS)
		p->wait_ms = WAIT_MAX_MS;
	p->due_ms = now + p->wait_ms;
	p->pid = 0;
}

static void
start_program(struct program *p)
{
	pid_t pid = fork();

	if (pid == 0)
		exec_program(p);
	p->started_ms = now_ms();
	p->pid = pid;
	if (pid < 0) {
		say("%s: %s", p->path, strerror(errno));
		wait_longer(p);
	}
}

/* Idle programs exit with status 0. One that exits at once, for any
 * reason, must not be started again and again. */
static void
note_exit(struct program *p, int status)
{
	if (status == 0) {
		p->wait_ms = 0;
		p->due_ms = p->started_ms + WAIT_FIRST_MS;
		p->pid = 0;
		return;
	}
	wait_longer(p);
	say("%s ended by itself (status %d) and can be started again in %d ms",
	    p->path,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	    (int)p->wait_ms);
}

static void
reap(void)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < COUNT; i++)
			/* None has the pid of one that was told to end. */
			if (programs[i].pid == pid)
				note_exit(&programs[i], status);
}

/* Those that run finish what they have; a connection that comes from now on
 * starts a new one, at once: what failed before may work now. */
static void
replace_all(void)
{
	for (int i = 0; i < COUNT; i++) {
		struct program *p = &programs[i];

		if (p->pid > 0)
			kill(p->pid, SIGTERM);
		p->pid = 0;
		p->wait_ms = p->due_ms = 0;
	}
}

static void
end_programs(void)
{
	for (int i = 0; i < COUNT; i++)
		if (programs[i].pid > 0)
			kill(programs[i].pid, SIGTERM);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

/* --- all of them --- */

/* Waits for a connection to a program that does not run, or for a signal. */
static void
await_any(struct pollfd polled[static COUNT + 1])
{
	int64_t now = now_ms(), wait_ms = -1;

	for (int i = 0; i < COUNT; i++) {
		const struct program *p = &programs[i];
		int64_t left = p->due_ms - now;
		bool due = p->pid == 0 && left <= 0;

		polled[i] = (struct pollfd){due ? p->socket : -1, POLLIN, 0};
		if (p->pid == 0 && !due && (wait_ms < 0 || left < wait_ms))
			wait_ms = left;
	}
	if (poll(polled, COUNT + 1, (int)wait_ms) < 0)
		refuse("poll: %s", strerror(errno));
}

static void
start_called(const struct pollfd polled[static COUNT])
{
	for (int i = 0; i < COUNT; i++)
		if (polled[i].revents != 0)
			start_program(&programs[i]);
}

static void
supervise(int signals)
{
	struct pollfd polled[COUNT + 1];
	struct signalfd_siginfo got;

	polled[COUNT] = (struct pollfd){signals, POLLIN, 0};
	for (;;) {
		await_any(polled);
		start_called(polled);
		if (polled[COUNT].revents == 0 ||
		    read(signals, &got, sizeof got) != sizeof got)
			continue;
		if (got.ssi_signo == SIGCHLD)
			reap();
		else if (got.ssi_signo == SIGHUP)
			replace_all();
		else
			return;
	}
}

/* From now on they come when we ask for them. */
static int
hold_signals(void)
{
	static const int ours[] = {SIGCHLD, SIGHUP, SIGTERM, SIGINT};
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		sigaddset(&set, ours[i]);
		signal(ours[i], SIG_DFL);
	}
	sigprocmask(SIG_BLOCK, &set, &mask_before);
	/* There may be no reader of our standard error. */
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		refuse("signals: %s", strerror(errno));
	return fd;
}

static int
usage(void)
{
	fputs("usage: start-programs [-u USER] [-w WEB-USER] PROGRAMS "
	      "[SOCKETS]\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	struct account web_user = {NULL, 0, 0};
	const char *dir;
	int option;

	while ((option = getopt(argc, argv, "u:w:")) != -1)
		switch (option) {
		case 'u':
			user = find_account(optarg);
			break;
		case 'w':
			web_user = find_account(optarg);
			break;
		default:
			return usage();
		}
	if (argc - optind < 1 || argc - optind > 2)
		return usage();
	check_programs(argv[optind]);
	dir = argv[optind + 1];
	if (dir != NULL) {
		check_sockets_dir(dir);
		make_sockets(dir, web_user.name != NULL ? &web_user : &user);
	} else {
		take_sockets();
	}
	/* Unless the environment has another time. */
	setenv("LATCHKEY_IDLE", IDLE_S, 0);
	supervise(hold_signals());
	end_programs();
	return EXIT_SUCCESS;
}
