/* verdict: the words of each axis. */
#include "reply/verdict.h"

#define CLASS_ROW(name, word, fault, persistence, action, retry_after)                             \
	[MC_CLASS_##name] = {word, MC_FAULT_##fault, MC_PERSISTENCE_##persistence,                 \
		MC_ACTION_##action, retry_after},
#define FAULT_WORD(name, word) [MC_FAULT_##name] = word,
#define PERSISTENCE_WORD(name, word) [MC_PERSISTENCE_##name] = word,
#define ACTION_WORD(name, word) [MC_ACTION_##name] = word,

const struct mc_class_row mc_class_rows[MC_CLASS_COUNT] = {MC_CLASSES(CLASS_ROW)};
const char *const mc_fault_words[MC_FAULT_COUNT] = {MC_FAULTS(FAULT_WORD)};
const char *const mc_persistence_words[MC_PERSISTENCE_COUNT] = {MC_PERSISTENCES(PERSISTENCE_WORD)};
const char *const mc_action_words[MC_ACTION_COUNT] = {MC_ACTIONS(ACTION_WORD)};
