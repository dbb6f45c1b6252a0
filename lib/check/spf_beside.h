/*
 * spf_beside: what stands beside an SPF record, for the spf check.
 */
#ifndef MC_CHECK_SPF_BESIDE_H
#define MC_CHECK_SPF_BESIDE_H

#include "check/spf_tree.h"

/* The record whose "all" decides, behind redirects; NULL when it is not known. */
const struct mc_spf_node *mc_spf_end(const struct mc_spf_node *root);
/* The record that a redirect leads to ends in +all, ?all or without. */
void mc_spf_judge_end(struct mc_run *run, const struct mc_spf_node *root);
/* Whether receivers can use the explanation. */
enum mc_step mc_spf_judge_explanation(struct mc_run *run, const struct mc_spf *spf);
/* The value "macros": each term with macros, expanded for a client at 192.0.2.1. */
void mc_spf_put_samples(struct mc_run *run, const struct mc_spf_node *root);
/* Terms that stick together as their character-strings are joined. */
void mc_spf_judge_strings(
	struct mc_run *run, const struct mc_dns *txt, const char *text, size_t length);
/* A record at a name where nobody looks for the domain's. */
enum mc_step mc_spf_find_misplaced(struct mc_run *run);

#endif
