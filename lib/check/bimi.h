/*
 * bimi: what the files of the bimi check share.
 */
#ifndef MC_CHECK_BIMI_H
#define MC_CHECK_BIMI_H

#include "fact/run.h"
#include "record/bimi.h"

/* bimi_document.c: fetches and judges the logo and the evidence document of a valid record. */
enum mc_step mc_bimi_judge_documents(struct mc_run *run, const struct mc_bimi *bimi);

#endif
