/*
 * fake.h - what the files of the fake backend share: the scene, and who is alive in it.
 */
#ifndef FAKE_H
#define FAKE_H

#include <lsports/backend.h>

enum { WORDS_MAX = 16 };

struct word {
	const char *text; /* ends in NUL, may hold more of them */
	size_t len;
};

struct line {
	struct word words[WORDS_MAX];
	size_t count;
};

/* --- fake_scene.c ------------------------------------------------------------------------------------------ */

_Noreturn void fake_bad_scene(const char *why, const char *what);

/* Calls with each line of that kind that is so now: of those with after=PID[+MS] only when that process has ended. */
void fake_walk(const char *kind, void (*with)(const struct line *line, void *arg), void *arg);

const char *fake_word(const struct line *line, size_t i);
uint64_t fake_word_number(const struct line *line, size_t i);

/* The text behind "name=", or "" behind a bare "name"; NULL: neither is there. */
const char *fake_value(const struct line *line, const char *name, size_t *ret_len);

/* A number, and its bit in *has when it is there. */
uint64_t fake_number(const struct line *line, const char *name, unsigned bit, unsigned *has);

/* The fault that the scene wants of this call, LSP_OK: none. */
enum lsp_err fake_fault(const char *call, struct lsp_fault *ret_fault);

/* --- fake_process.c ----------------------------------------------------------------------------------------- */

/* When it ended; false: it lives. */
bool fake_ended(uint32_t pid, uint64_t *ret_when);

uint64_t fake_now_ms(void);

/* A socket that somebody held, and whose holders have all ended, is closed. */
bool fake_is_open(uint64_t key);

enum lsp_err fake_holders(struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count, unsigned want,
			  struct lsp_fault *ret_fault);
enum lsp_err fake_process(struct lsp_snapshot *snapshot, uint32_t pid, unsigned want, struct lsp_fault *ret_fault);
enum lsp_err fake_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault);
bool fake_grip_is_sure(const struct lsp_grip *grip);
enum lsp_err fake_grip_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
			     struct lsp_fault *ret_fault);
enum lsp_err fake_grip_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault);
bool fake_grip_ended(const struct lsp_grip *grip, unsigned limit_ms);
void fake_grip_release(struct lsp_grip *grip);
uint32_t fake_self(void);
void fake_pause(unsigned ms);

/* --- fake_bind.c -------------------------------------------------------------------------------------------- */

enum lsp_err fake_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
			   struct lsp_fault *ret_fault);
void fake_rules(struct lsp_rules *ret_rules);

/* --- fake_links.c ------------------------------------------------------------------------------------------- */

enum lsp_err fake_links(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault);

/* --- fake_talk.c -------------------------------------------------------------------------------------------- */

enum lsp_err fake_talk(struct lsp_talk *talks, size_t count, unsigned limit_ms, struct lsp_fault *ret_fault);

#endif
