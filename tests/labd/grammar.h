/* grammar: the words of the scenario files, as tables. */
#ifndef LABD_GRAMMAR_H
#define LABD_GRAMMAR_H

#include "keyword.h"

extern const struct choice grammar_step[];
extern const struct keyword grammar_ca[];
extern const struct keyword grammar_certificate[];
extern const struct keyword grammar_tls[];
extern const struct keyword grammar_behaviour[];
extern const struct keyword grammar_page[];
extern const struct keyword grammar_answer[];

#endif
