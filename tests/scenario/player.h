/*
 * player: one scripted SMTP server in virtual time, talking to the real dialogue machine.
 */
#ifndef MC_TESTS_PLAYER_H
#define MC_TESTS_PLAYER_H

#include "scenario.h"

struct player;

/* `start`: when connecting begins. The session is written to `arena`. NULL: no memory. */
struct player *player_new(struct scenario *scenario, const struct block *script,
	const struct mc_question *question, struct mc_arena *arena, int64_t start);
void player_free(struct player *player);
/* When there is something to do next, ms; INT64_MAX: never. */
int64_t player_due(const struct player *player);
/* Does it. The fact once it is over, else NULL. */
struct mc_fact *player_step(struct player *player, int64_t now);
/* What the client said that the script did not expect; NULL: nothing. */
const char *player_problem(const struct player *player);

/* A script's first word when it is a failed connection ("refused"); false: it is a dialogue. */
bool player_connect_failure(const struct line *line, enum mc_failure *ret_failure);
/* The TLS facts of "TLS key=value..." */
struct mc_tls *player_tls(struct mc_arena *arena, const char *words, const char *host, int64_t now);

#endif
