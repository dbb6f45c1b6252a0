/* spf_tree: a record with all it includes. */
#include "check/spf_tree.h"

#include <string.h>

#include "base/escape.h"

#define NODE_LIMIT 60 /* records of one tree that are looked at */
#define DEPTH_LIMIT 15
#define TERM_LIMIT 100 /* terms that are looked up; those beyond are only counted */

const char *
mc_spf_state_text(enum mc_spf_state state)
{
	static const char *const texts[] = {
		[MC_SPF_HAS_RECORD] = "record",
		[MC_SPF_HAS_NONE] = "no SPF record",
		[MC_SPF_HAS_SEVERAL] = "several SPF records",
		[MC_SPF_HAS_ERROR] = "syntax error",
		[MC_SPF_FAILED] = "lookup failed",
		[MC_SPF_PENDING] = "not known yet",
		[MC_SPF_NO_NAME] = "no domain name",
		[MC_SPF_MACRO] = "depends on the client",
		[MC_SPF_LOOP] = "loop",
		[MC_SPF_LEFT_OUT] = "not looked at",
	};

	return texts[state];
}

struct grower {
	struct mc_run *run;
	struct mc_spf_tree *tree;
};

static void grow(struct grower *grower, struct mc_spf_node *node, unsigned depth);

static struct mc_spf_node *
add_node(struct grower *grower, struct mc_spf_node *parent, const char *domain, const char *term)
{
	struct mc_spf_node *node = mc_arena_alloc(grower->run->arena, sizeof(*node));
	struct mc_spf_node **place = parent != NULL ? &parent->child : &grower->tree->root;

	if (node == NULL)
		return NULL;
	while (*place != NULL)
		place = &(*place)->next;
	*node = (struct mc_spf_node){.domain = domain, .term = term, .parent = parent};
	*place = node;
	grower->tree->nodes++;
	return node;
}

static bool
is_loop(const struct mc_spf_node *node)
{
	for (const struct mc_spf_node *up = node->parent; up != NULL; up = up->parent)
		if (strcmp(up->domain, node->domain) == 0)
			return true;
	return false;
}

static void
find_record(struct grower *grower, struct mc_spf_node *node, unsigned depth)
{
	const struct mc_dns *txt;
	const char *text = "";
	size_t length = 0, count;

	node->state = is_loop(node) ? MC_SPF_LOOP : MC_SPF_LEFT_OUT;
	if (node->state == MC_SPF_LOOP || depth > DEPTH_LIMIT || grower->tree->nodes > NODE_LIMIT)
		return;
	txt = mc_ask_dns(grower->run, NULL, node->domain, MC_RR_TXT);
	node->state = MC_SPF_PENDING;
	if (txt == NULL) {
		grower->tree->waiting = true;
		return;
	}
	node->state = MC_SPF_FAILED;
	node->failed = txt->fact.status != MC_FACT_OK ? &txt->fact : NULL;
	if (mc_spf_unusable(txt) != NULL)
		return;
	count = mc_spf_select(grower->run->arena, txt, &text, &length);
	node->state = count == 0 ? MC_SPF_HAS_NONE : MC_SPF_HAS_SEVERAL;
	node->nxdomain = txt->nxdomain;
	if (count != 1 || !mc_spf_parse(grower->run->arena, text, length, &node->spf))
		return;
	node->state = node->spf.bad != NULL ? MC_SPF_HAS_ERROR : MC_SPF_HAS_RECORD;
	grow(grower, node, depth);
}

/* The name a term asks for; NULL when only a client tells, or it is no name. */
static const char *
name_of(struct grower *grower, const struct mc_spf_node *node, const struct mc_spf_term *term,
	bool *ret_macro)
{
	struct mc_arena *arena = grower->run->arena;
	struct mc_spf_identity identity = {.domain = node->domain};
	char name[MC_NAME_TEXT_SIZE];
	const char *text = node->domain;

	*ret_macro = false;
	if (term->domain != NULL) {
		for (const char *letter = "slopvhirct"; *letter != '\0'; letter++)
			if (mc_spf_macro_uses(term->domain, term->domain_length, *letter))
				*ret_macro = true;
		if (*ret_macro)
			return NULL;
		text = mc_spf_macro_name(arena,
			mc_spf_macro_expand(arena, term->domain, term->domain_length, &identity));
	}
	return mc_spf_name_canonical(text, name) ? mc_arena_strdup(arena, name) : NULL;
}

static struct mc_spf_void *
add_void(struct grower *grower, struct mc_spf_node *node, const struct mc_spf_term *term,
	const char *name)
{
	struct mc_spf_void *entry = mc_arena_alloc(grower->run->arena, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	*entry = (struct mc_spf_void){.node = node,
		.source = term,
		.term = mc_spf_term_text(grower->run->arena, &node->spf, term),
		.name = name};
	*grower->tree->tail = entry;
	grower->tree->tail = &entry->next;
	grower->tree->last = entry;
	return entry;
}

/* NULL where it is none. */
static struct mc_spf_void *
count_void(struct grower *grower, struct mc_spf_node *node, const struct mc_spf_term *term,
	const char *name, bool four, bool six)
{
	struct mc_spf_void *entry = four || six ? add_void(grower, node, term, name) : NULL;

	if (entry == NULL)
		return NULL;
	entry->four = four;
	entry->six = six;
	node->voids4 += four;
	node->voids6 += six;
	return entry;
}

/* One failure a term is enough. */
static void
note_failure(struct grower *grower, struct mc_spf_node *node, const struct mc_spf_term *term,
	const struct mc_dns *dns, const char *problem)
{
	const struct mc_spf_void *last = grower->tree->last;
	struct mc_spf_void *entry;

	if (last != NULL && last->node == node && last->source == term && last->problem != NULL)
		return;
	entry = add_void(grower, node, term, dns->name);
	if (entry != NULL)
		entry->problem = problem;
}

/* NULL when it is missing or cannot be used. */
static const struct mc_dns *
ask(struct grower *grower, struct mc_spf_node *node, const struct mc_spf_term *term,
	const char *name, uint16_t type)
{
	const struct mc_dns *dns = mc_ask_dns(grower->run, NULL, name, type);
	const char *problem = dns != NULL ? mc_spf_unusable(dns) : NULL;

	if (dns == NULL)
		grower->tree->waiting = true;
	if (problem != NULL)
		note_failure(grower, node, term, dns, problem);
	return problem == NULL ? dns : NULL;
}

static void
look_up_mx(struct grower *grower, struct mc_spf_node *node, const struct mc_spf_term *term,
	const char *name)
{
	const struct mc_dns *mx = ask(grower, node, term, name, MC_RR_MX);
	struct mc_spf_void *entry;
	bool four = true, six = true;
	size_t hosts = 0;

	if (mx == NULL)
		return;
	if (mx->count > MC_SPF_NAMES) {
		entry = add_void(grower, node, term, name);
		if (entry != NULL)
			entry->exchanges = mx->count;
		return;
	}
	for (size_t i = 0; i < mx->count; i++) {
		char host[MC_NAME_TEXT_SIZE];
		const struct mc_dns *a, *aaaa;
		uint16_t preference;
		if (!mc_rr_mx(&mx->rrs[i], &preference, host) || strcmp(host, ".") == 0)
			continue;
		hosts++;
		a = ask(grower, node, term, mc_arena_strdup(grower->run->arena, host), MC_RR_A);
		aaaa = ask(
			grower, node, term, mc_arena_strdup(grower->run->arena, host), MC_RR_AAAA);
		four = four && a != NULL && a->count == 0;
		six = six && aaaa != NULL && aaaa->count == 0;
	}
	entry = count_void(grower, node, term, name, mx->count == 0 || (hosts > 0 && four),
		mx->count == 0 || (hosts > 0 && six));
	if (entry != NULL)
		entry->below_mx = mx->count > 0;
}

static void
look_up(struct grower *grower, struct mc_spf_node *node, const struct mc_spf_term *term)
{
	const struct mc_dns *a, *aaaa;
	bool macro;
	const char *name = name_of(grower, node, term, &macro);

	if (name == NULL || term->kind == MC_SPF_PTR)
		return;
	if (term->kind == MC_SPF_MX) {
		look_up_mx(grower, node, term, name);
		return;
	}
	a = ask(grower, node, term, name, MC_RR_A);
	aaaa = term->kind == MC_SPF_A ? ask(grower, node, term, name, MC_RR_AAAA) : a;
	count_void(grower, node, term, name, a != NULL && a->count == 0,
		aaaa != NULL && aaaa->count == 0);
}

static void
follow(struct grower *grower, struct mc_spf_node *node, const struct mc_spf_term *term,
	unsigned depth)
{
	struct mc_arena *arena = grower->run->arena;
	bool macro;
	const char *name = name_of(grower, node, term, &macro);
	struct mc_spf_node *child = add_node(grower, node,
		name != NULL ? name : mc_arena_strndup(arena, term->domain, term->domain_length),
		mc_spf_term_text(arena, &node->spf, term));

	if (child == NULL)
		return;
	if (name == NULL) {
		child->state = macro ? MC_SPF_MACRO : MC_SPF_NO_NAME;
		return;
	}
	find_record(grower, child, depth + 1);
	node->lookups += child->lookups;
	node->voids4 += child->voids4;
	node->voids6 += child->voids6;
}

static void
note_cost(struct grower *grower, struct mc_spf_node *node, const struct mc_spf_term *term,
	const struct mc_spf_node *before)
{
	struct mc_spf_cost *cost = mc_arena_alloc(grower->run->arena, sizeof(*cost));
	struct mc_spf_cost **place = &node->costs;

	if (cost == NULL)
		return;
	while (*place != NULL)
		place = &(*place)->next;
	*cost = (struct mc_spf_cost){.term = term,
		.lookups = node->lookups - before->lookups,
		.voids4 = node->voids4 - before->voids4,
		.voids6 = node->voids6 - before->voids6};
	*place = cost;
}

static void
grow(struct grower *grower, struct mc_spf_node *node, unsigned depth)
{
	const struct mc_spf *spf = &node->spf;

	if (spf->bad != NULL)
		return;
	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		const struct mc_spf_node before = *node;
		bool last = term->kind == MC_SPF_REDIRECT;
		if (!mc_spf_kind_looks_up(term->kind) ||
			(spf->all != NULL && (last || term > spf->all)))
			continue;
		node->lookups++;
		if (grower->tree->terms++ >= TERM_LIMIT)
			continue;
		if (term->kind == MC_SPF_INCLUDE || last)
			follow(grower, node, term, depth);
		else
			look_up(grower, node, term);
		note_cost(grower, node, term, &before);
	}
}

bool
mc_spf_tree_grow(struct mc_run *run, const char *domain, const char *text, size_t length,
	struct mc_spf_tree *ret_tree)
{
	struct grower grower = {run, ret_tree};
	struct mc_spf_node *root;

	*ret_tree = (struct mc_spf_tree){.nodes = 0};
	ret_tree->tail = &ret_tree->voids;
	root = add_node(&grower, NULL, domain, "");
	if (root == NULL || !mc_spf_parse(run->arena, text, length, &root->spf))
		return false;
	root->state = root->spf.bad != NULL ? MC_SPF_HAS_ERROR : MC_SPF_HAS_RECORD;
	grow(&grower, root, 0);
	return !ret_tree->waiting;
}

const char *
mc_spf_sample(struct mc_run *run, const struct mc_spf_node *node, const struct mc_spf_term *term)
{
	const char *sample;

	if (term->domain == NULL || term->kind == MC_SPF_UNKNOWN ||
		!mc_spf_macro_uses(term->domain, term->domain_length, 0))
		return NULL;
	sample = mc_spf_macro_sample(
		run->arena, term->domain, term->domain_length, node->domain, run->domain);
	return mc_escape(run->arena, sample, strlen(sample));
}

static json_t *
costs_json(struct mc_run *run, const struct mc_spf_node *node)
{
	json_t *costs = json_array();

	for (const struct mc_spf_cost *cost = node->costs; cost != NULL; cost = cost->next)
		json_array_append_new(costs,
			json_pack("{s:s, s:i, s:i, s:i, s:i, s:s?}", "term",
				mc_spf_term_text(run->arena, &node->spf, cost->term), "position",
				(int)cost->term->position, "lookups", (int)cost->lookups,
				"void_lookups_ipv4", (int)cost->voids4, "void_lookups_ipv6",
				(int)cost->voids6, "sample", mc_spf_sample(run, node, cost->term)));
	return costs;
}

json_t *
mc_spf_tree_json(struct mc_run *run, const struct mc_spf_node *node)
{
	struct mc_arena *arena = run->arena;
	json_t *children = json_array();
	const char *record =
		node->spf.text != NULL ? mc_escape(arena, node->spf.text, node->spf.length) : NULL;

	for (const struct mc_spf_node *child = node->child; child != NULL; child = child->next)
		json_array_append_new(children, mc_spf_tree_json(run, child));
	return json_pack("{s:s, s:s, s:s, s:s?, s:i, s:i, s:i, s:o, s:o}", "domain",
		mc_escape(arena, node->domain, strlen(node->domain)), "term",
		mc_escape(arena, node->term, strlen(node->term)), "state",
		mc_spf_state_text(node->state), "record", record, "lookups", (int)node->lookups,
		"void_lookups_ipv4", (int)node->voids4, "void_lookups_ipv6", (int)node->voids6,
		"terms", costs_json(run, node), "includes", children);
}
