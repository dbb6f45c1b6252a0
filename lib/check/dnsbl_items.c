/* dnsbl_items: whom the lists are asked about for a domain: itself, its MX hosts with their reverse
 * and EHLO names, and the single addresses that its SPF record lets send. */
#include <string.h>

#include "check/dnsbl.h"
#include "check/host.h"
#include "check/txt.h"
#include "record/spf.h"

#define HOSTS 4      /* MX hosts whose addresses are asked about */
#define ADDRESSES 16 /* addresses that are asked about */
#define SPF_NAMES 4  /* names in the terms of an SPF record that are looked up */
#define REVERSE_NAMES 4
#define EHLO_NAMES 4

static const char role_mx[] = "an MX host";
static const char role_spf[] = "an address that the SPF record lets send";
static const char role_reverse[] = "the reverse name of an MX host";
static const char role_reverse_spf[] =
	"the reverse name of an address that the SPF record lets send";
static const char role_ehlo[] = "the name that an MX host gives in answer to EHLO";

struct items {
	struct mc_dnsbl_item *rows;
	size_t count;
	bool waits;
	struct mc_dnsbl_item greeters[EHLO_NAMES]; /* by host name and address: MX hosts */
	size_t greeter_count;
};

/* --- addresses --- */

/* Of an address that receives and sends, the latter counts. */
static void
add_address(
	struct mc_run *run, struct items *items, const struct mc_address *address, bool receives)
{
	char text[MC_ADDRESS_SIZE];

	if (mc_address_scope(address) != MC_SCOPE_GLOBAL)
		return;
	for (size_t i = 0; i < items->count; i++)
		if (items->rows[i].address.family != 0 &&
			mc_address_compare(&items->rows[i].address, address) == 0) {
			items->rows[i].receives = items->rows[i].receives && receives;
			items->rows[i].role = receives ? items->rows[i].role : role_spf;
			return;
		}
	if (items->count > ADDRESSES)
		return;
	mc_address_format(text, address);
	items->rows[items->count++] = (struct mc_dnsbl_item){mc_arena_strdup(run->arena, text),
		*address, receives, receives ? role_mx : role_spf};
}

static void
add_host(struct mc_run *run, const char *name, struct items *items, bool receives)
{
	struct mc_host host;

	if (mc_host_resolve(run, name, &host) == MC_WAIT) {
		items->waits = true;
		return;
	}
	for (size_t i = 0; i < host.count; i++) {
		add_address(run, items, &host.addresses[i], receives);
		if (receives && items->greeter_count < EHLO_NAMES)
			items->greeters[items->greeter_count++] =
				(struct mc_dnsbl_item){.subject = name, host.addresses[i]};
	}
}

/* The addresses of the first MX hosts. */
static void
add_mx(struct mc_run *run, const struct mc_dns *mx, struct items *items, bool receives)
{
	char exchange[MC_NAME_TEXT_SIZE];
	uint16_t preference;

	if (mx->fact.status != MC_FACT_OK || mx->dnssec == MC_DNSSEC_BOGUS)
		return;
	if (mx->count == 0 && receives)
		add_host(run, mx->canonical, items, receives);
	for (size_t i = 0; i < mx->count && i < HOSTS; i++)
		if (mc_rr_mx(&mx->rrs[i], &preference, exchange) && strcmp(exchange, ".") != 0)
			add_host(run, mc_arena_strdup(run->arena, exchange), items, receives);
}

/* --- SPF --- */

static bool
is_single(const struct mc_spf_term *term)
{
	if (term->kind == MC_SPF_IP4)
		return term->prefix4 == 32;
	if (term->kind == MC_SPF_IP6)
		return term->prefix6 == 128;
	return (term->kind == MC_SPF_A || term->kind == MC_SPF_MX) && term->prefix4 == 32 &&
	       term->prefix6 == 128;
}

/* The name a term is about; NULL: it has macros, or is no name. */
static const char *
name_of(struct mc_run *run, const struct mc_spf_term *term)
{
	char name[MC_NAME_TEXT_SIZE];

	if (term->domain == NULL)
		return run->domain;
	if (memchr(term->domain, '%', term->domain_length) != NULL ||
		mc_name_canonical(mc_arena_strndup(run->arena, term->domain, term->domain_length),
			NULL, name) != NULL)
		return NULL;
	return mc_arena_strdup(run->arena, name);
}

static void
add_term(struct mc_run *run, const struct mc_spf_term *term, const struct mc_dns *mx,
	struct items *items, size_t *names)
{
	const char *name = name_of(run, term);

	if (term->kind == MC_SPF_IP4 || term->kind == MC_SPF_IP6)
		add_address(run, items, &term->network, false);
	else if (term->kind == MC_SPF_MX && term->domain == NULL)
		add_mx(run, mx, items, false);
	else if (term->kind == MC_SPF_A && name != NULL && (*names)++ < SPF_NAMES)
		add_host(run, name, items, false);
}

/* The terms of the domain's own record that let one address send. */
static void
add_spf(struct mc_run *run, const struct mc_dns *mx, struct items *items)
{
	const struct mc_dns *dns = mc_ask_dns(run, NULL, run->domain, MC_RR_TXT);
	struct mc_txts txts;
	struct mc_spf spf;
	size_t names = 0;

	items->waits = items->waits || dns == NULL;
	if (dns == NULL || dns->fact.status != MC_FACT_OK || dns->dnssec == MC_DNSSEC_BOGUS)
		return;
	mc_txt_sort(run, dns, mc_spf_is_record, &txts);
	if (txts.count != 1 ||
		!mc_spf_parse(run->arena, txts.records[0].text, txts.records[0].length, &spf) ||
		spf.bad != NULL)
		return;
	for (size_t i = 0; i < spf.count; i++)
		if (spf.terms[i].qualifier == '+' && is_single(&spf.terms[i]))
			add_term(run, &spf.terms[i], mx, items, &names);
}

/* --- names --- */

static bool
has_name(const struct items *items, const char *name)
{
	for (size_t i = 0; i < items->count; i++)
		if (items->rows[i].address.family == 0 &&
			mc_name_within(name, items->rows[i].subject))
			return true;
	return false;
}

static void
add_name(struct mc_run *run, const char *name, bool receives, const char *role, struct items *items)
{
	if (!has_name(items, name) && items->count < MC_DNSBL_ITEMS)
		items->rows[items->count++] = (struct mc_dnsbl_item){
			mc_arena_strdup(run->arena, name), {0}, receives, role};
}

static void
add_reverse_name(struct mc_run *run, const struct mc_dnsbl_item *item, struct items *items)
{
	char reverse[MC_ADDRESS_REVERSE_SIZE], name[MC_NAME_TEXT_SIZE];
	const struct mc_dns *ptr;

	mc_address_reverse(reverse, &item->address);
	ptr = mc_ask_dns(run, NULL, mc_arena_strdup(run->arena, reverse), MC_RR_PTR);
	items->waits = items->waits || ptr == NULL;
	if (ptr != NULL && ptr->fact.status == MC_FACT_OK && ptr->count > 0 &&
		mc_rr_target(&ptr->rrs[0], name))
		add_name(run, name, item->receives,
			item->receives ? role_reverse : role_reverse_spf, items);
}

/* RFC 5321, 4.1.1.1: the first word of the answer is the server's domain. */
static void
add_ehlo_name(struct mc_run *run, const struct mc_dnsbl_item *greeter, struct items *items)
{
	const struct mc_session_fact *fact =
		mc_ask_session_of(run, greeter->subject, &greeter->address);
	const struct mc_stage *ehlo;
	const struct mc_smtp_line *line;
	const char *word, *end;
	char name[MC_NAME_TEXT_SIZE];

	items->waits = items->waits || fact == NULL;
	if (fact == NULL || fact->fact.status != MC_FACT_OK)
		return;
	ehlo = mc_session_stage(&fact->session, MC_STEP_EHLO, false);
	if (ehlo == NULL || ehlo->reply.code != 250 || ehlo->reply.count == 0)
		return;
	line = &ehlo->reply.lines[0];
	end = memchr(line->text, ' ', line->length);
	word = mc_arena_strndup(
		run->arena, line->text, end != NULL ? (size_t)(end - line->text) : line->length);
	if (mc_name_canonical(word, NULL, name) == NULL && mc_name_labels(name) > 1 &&
		name[0] != '[')
		add_name(run, name, true, role_ehlo, items);
}

static enum mc_step
items_of_domain(struct mc_run *run, struct items *items)
{
	const struct mc_dns *mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
	size_t addresses;

	if (mx != NULL && mx->fact.status == MC_FACT_OK && mx->nxdomain)
		return MC_DONE;
	items->rows[items->count++] = (struct mc_dnsbl_item){.subject = run->domain};
	if (mx == NULL) {
		(void)mc_ask_dns(run, NULL, run->domain, MC_RR_TXT);
		return MC_WAIT;
	}
	add_mx(run, mx, items, true);
	add_spf(run, mx, items);
	addresses = items->count;
	for (size_t i = 1; i < addresses && i <= REVERSE_NAMES; i++)
		add_reverse_name(run, &items->rows[i], items);
	for (size_t i = 0; i < items->greeter_count; i++)
		add_ehlo_name(run, &items->greeters[i], items);
	return items->waits ? MC_WAIT : MC_DONE;
}

enum mc_step
mc_dnsbl_items(struct mc_run *run, struct mc_dnsbl_item *ret_items, size_t *ret_count)
{
	struct items items = {.rows = ret_items};
	enum mc_step step = MC_DONE;

	if (run->kind == MC_TARGET_DOMAIN) {
		step = items_of_domain(run, &items);
	} else {
		items.rows[0] = (struct mc_dnsbl_item){.subject = run->domain};
		(void)mc_address_parse(run->domain, &items.rows[0].address);
		items.count = 1;
	}
	*ret_count = items.count;
	return step;
}
