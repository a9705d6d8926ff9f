/* SPDX-License-Identifier: Apache-2.0 */
/* check_signature FILE SIGNATURE SIGNERS NOW [SIGNATURE...]: 0, the namespace and the
 * signer where the executor would accept it, 1 where not (of several: where none is
 * accepted); for tests/signatures. With one FILE: may it be trusted? With none: lines of
 * four such words from stdin, and for each a line "1" or "0".
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "signature.h"
#include "signers.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "trusted.h"

static int check(char **argv, const char *signature, struct buf *ret_who, struct err *err)
{
	cleanup_buf struct buf file = BUF_INIT, armor = BUF_INIT, signers = BUF_INIT;
	cleanup_buf struct buf fingerprint = BUF_INIT;
	cleanup_sshsig struct sshsig sshsig = SSHSIG_INIT;
	cleanup_free char *principals = NULL;
	int r = file_read_at(AT_FDCWD, argv[1], 1u << 20, &file, err);

	if (r == 0)
		r = file_read_at(AT_FDCWD, signature, 1u << 20, &armor, err);
	if (r == 0)
		r = file_read_at(AT_FDCWD, argv[3], 1u << 20, &signers, err);
	if (r < 0)
		exit(2);
	r = sshsig_read(buf_text(&armor), armor.len, signature, &sshsig, err);
	if (r == 0)
		r = signers_find(buf_text(&signers), signers.len, &sshsig, atoll(argv[4]),
			&principals, err);
	if (r == 0)
		r = signature_verify(&sshsig, buf_text(&file), file.len, err);
	if (r == 0)
		r = signature_fingerprint(sshsig.key, &fingerprint);
	if (r == 0)
		buf_printf(ret_who, "%s %s %s\n", sshsig_namespace(sshsig.role),
			principals, buf_text(&fingerprint));
	return r;
}

/* Many files, one process: tests/signers-differential. */
static int check_lines(void)
{
	char file[256], signature[256], signers[256], now[32];
	char *argv[] = {NULL, file, signature, signers, now, NULL};

	while (scanf("%255s %255s %255s %31s", file, signature, signers, now) == 4) {
		cleanup_buf struct buf who = BUF_INIT;
		struct err err = ERR_INIT;

		if (check(argv, signature, &who, &err) == 0)
			printf("1 %s", buf_text(&who));
		else
			printf("0 %s\n", err.msg);
	}
	return ferror(stdin) || !feof(stdin);
}

int main(int argc, char **argv)
{
	cleanup_buf struct buf text = BUF_INIT;
	bool is_refused = true;

	if (argc == 1)
		return check_lines();
	if (argc < 5 && argc != 2)
		return 2;
	for (int i = argc == 2 ? 1 : 4; i < argc; i++) {
		cleanup_buf struct buf who = BUF_INIT;
		struct err err = ERR_INIT;
		int r = argc == 2 ? trusted_read(argv[1], 1u << 20, &text, &err)
				  : check(argv, i == 4 ? argv[2] : argv[i], &who, &err);

		if (r < 0)
			printf("%s\n", err.msg);
		else
			fputs(buf_text(&who), stdout);
		is_refused = is_refused && r < 0;
	}
	return is_refused;
}
