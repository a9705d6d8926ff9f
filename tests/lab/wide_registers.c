/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into linux.uml (LD_PRELOAD): lets it run on processors whose registers it
 * has no room for.
 *
 * The user-mode kernel reads and writes the floating-point registers of its processes
 * with PTRACE_GETREGSET and PTRACE_SETREGSET, and has 2,696 bytes for them, AVX-512 and
 * protection keys included (Linux 6.1, arch/x86/um/user-offsets.c). Where the processor
 * has AMX, the host wants 11,008 bytes in one piece and refuses any other length (Linux,
 * arch/x86/kernel/fpu/regset.c, xstateregs_set()): the guest's first process ends in
 * put_fp_registers(), and its kernel with it. So what is behind the guest's own bytes is
 * taken from the process as it stands. Nothing is changed where the lengths agree.
 */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define MOST 65536 /* bytes of one process's registers */

typedef long ptrace_fn(int request, ...);

static long write_with_rest(ptrace_fn *real, int pid, void *type, struct iovec *given)
{
	static char bytes[MOST]; /* linux.uml has one thread that does this */
	struct iovec whole = {bytes, sizeof(bytes)};

	if (real(PTRACE_GETREGSET, pid, type, &whole) < 0)
		return -1;
	if (whole.iov_len <= given->iov_len)
		return real(PTRACE_SETREGSET, pid, type, given);
	memcpy(bytes, given->iov_base, given->iov_len);
	return real(PTRACE_SETREGSET, pid, type, &whole);
}

long ptrace(enum __ptrace_request request, ...)
{
	ptrace_fn *real = (ptrace_fn *)dlsym(RTLD_NEXT, "ptrace");
	void *address, *data;
	va_list rest;
	int pid;

	va_start(rest, request);
	pid = va_arg(rest, int);
	address = va_arg(rest, void *);
	data = va_arg(rest, void *);
	va_end(rest);
	if (!real) {
		errno = ENOSYS;
		return -1;
	}
	if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE)
		return write_with_rest(real, pid, address, data);
	return real(request, pid, address, data);
}
