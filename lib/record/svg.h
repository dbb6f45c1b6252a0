/*
 * svg: a logo as BIMI wants it: SVG Tiny Portable/Secure (draft-svg-tiny-ps-abrotman), a
 * profile of SVG Tiny 1.2 without scripts, animation, and anything from elsewhere.
 */
#ifndef MC_RECORD_SVG_H
#define MC_RECORD_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define MC_SVG_SIZE 32768 /* octets a logo should not exceed */
#define MC_SVG_FAULTS 12  /* most that are told */

struct mc_svg {
	const char *malformed;             /* why it is no XML that can be read; NULL: it is */
	bool is_svg;                       /* its root is svg */
	const char *faults[MC_SVG_FAULTS]; /* against the profile, one clause each, raw */
	size_t fault_count;
	const char *oblong; /* the viewBox of a root that is not square, raw; NULL: it is, or has
			       none */
};

/* Entities are not expanded: a document that declares any is malformed for our ends. Nothing is
 * loaded. Out of memory: see the arena. */
void mc_svg_parse(struct mc_arena *arena, const char *text, size_t length, struct mc_svg *ret_svg);

#endif
