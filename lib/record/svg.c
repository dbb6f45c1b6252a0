/* svg: the document walked once by expat; what the profile does not have is noted. */
#include "record/svg.h"

#include <expat.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

#define SVG "http://www.w3.org/2000/svg|"
#define XLINK "http://www.w3.org/1999/xlink|"
#define DEPTH_LIMIT 256
#define LENGTH_LIMIT ((size_t)1 << 20)

struct reading {
	struct mc_arena *arena;
	struct mc_svg *svg;
	XML_Parser parser;
	unsigned depth;
	bool has_title, in_title, titled;
	const char *refused; /* why reading was ended from here */
};

/* Of SVG, but not of SVG Tiny 1.2, or left out of its portable and secure profile. */
static const char *const excluded[] = {"a", "animate", "animateColor", "animateMotion",
	"animateTransform", "animation", "audio", "clipPath", "cursor", "discard", "filter",
	"font-face-uri", "foreignObject", "handler", "image", "listener", "marker", "mask", "mpath",
	"pattern", "prefetch", "script", "set", "style", "switch", "symbol", "textPath", "video",
	"view"};

static bool
is_excluded(const char *name)
{
	for (size_t i = 0; i < sizeof(excluded) / sizeof(excluded[0]); i++)
		if (strcmp(excluded[i], name) == 0)
			return true;
	return false;
}

/* Each fault once. */
static void
note(struct reading *reading, const char *fault)
{
	struct mc_svg *svg = reading->svg;

	for (size_t i = 0; i < svg->fault_count; i++)
		if (strcmp(svg->faults[i], fault) == 0)
			return;
	if (svg->fault_count < MC_SVG_FAULTS)
		svg->faults[svg->fault_count++] = fault;
}

static const char *
attribute(const XML_Char **attributes, const char *name)
{
	for (size_t i = 0; attributes[i] != NULL; i += 2)
		if (strcmp(attributes[i], name) == 0)
			return attributes[i + 1];
	return NULL;
}

static void
expect(struct reading *reading, const XML_Char **attributes, const char *name, const char *wanted)
{
	const char *value = attribute(attributes, name);

	if (value == NULL)
		note(reading,
			mc_arena_printf(reading->arena, "the root has no %s=\"%s\"", name, wanted));
	else if (strcmp(value, wanted) != 0)
		note(reading, mc_arena_printf(reading->arena, "%s=\"%.40s\" in the place of \"%s\"",
				      name, value, wanted));
}

/* Thousandths of a plain number; -1 for anything else. Moves *text behind it. */
static int64_t
read_number(const char **text)
{
	const char *at = *text;
	int64_t number = 0;
	int decimals = 0;

	if (*at == '-' || *at == '+')
		at++;
	for (; (*at >= '0' && *at <= '9') || (*at == '.' && decimals == 0); at++) {
		if (*at == '.' || decimals > 0)
			decimals++;
		if (*at != '.' && decimals <= 4 && number < INT32_MAX)
			number = number * 10 + (*at - '0');
	}
	if (at == *text)
		return -1;
	for (int i = decimals > 1 ? decimals : 1; i < 4; i++)
		number *= 10;
	*text = at + strspn(at, " \t\r\n,");
	return number;
}

/* "0 0 100 100", with blanks or commas between. */
static void
read_box(struct mc_svg *svg, const char *text, const char *copy)
{
	int64_t numbers[4];

	for (size_t i = 0; i < 4; i++) {
		numbers[i] = read_number(&text);
		if (numbers[i] < 0)
			return;
	}
	if (*text == '\0' && numbers[2] != numbers[3])
		svg->oblong = copy;
}

static void
read_root(struct reading *reading, const char *name, const XML_Char **attributes)
{
	const char *box = attribute(attributes, "viewBox");

	reading->svg->is_svg = strcmp(name, SVG "svg") == 0;
	if (!reading->svg->is_svg)
		return;
	expect(reading, attributes, "version", "1.2");
	expect(reading, attributes, "baseProfile", "tiny-ps");
	if (attribute(attributes, "x") != NULL || attribute(attributes, "y") != NULL)
		note(reading, "the root has x or y");
	if (box != NULL)
		read_box(reading->svg, box, mc_arena_strdup(reading->arena, box));
}

/* "url(" that is not of a part of this document. */
static bool
leads_away(const char *value)
{
	const char *url = strstr(value, "url(");

	if (url == NULL)
		return false;
	url += 4;
	url += strspn(url, " \t\r\n'\"");
	return *url != '#';
}

static void
read_attributes(struct reading *reading, const XML_Char **attributes)
{
	for (size_t i = 0; attributes[i] != NULL; i += 2) {
		const char *name = attributes[i], *value = attributes[i + 1];
		bool href = strcmp(name, XLINK "href") == 0 || strcmp(name, "href") == 0;
		if ((href && value[0] != '#') || leads_away(value))
			note(reading, mc_arena_printf(reading->arena,
					      "a reference to elsewhere: %.40s=\"%.60s\"",
					      strcmp(name, XLINK "href") == 0 ? "xlink:href" : name,
					      value));
		else if (strcmp(name, "style") == 0)
			note(reading, "an attribute style");
		else if (strncmp(name, "on", 2) == 0 && strchr(name, '|') == NULL)
			note(reading,
				mc_arena_printf(reading->arena, "an event handler: %.40s", name));
	}
}

static void
refuse(struct reading *reading, const char *why)
{
	reading->refused = why;
	(void)XML_StopParser(reading->parser, XML_FALSE);
}

static void XMLCALL
begin_element(void *argument, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *reading = argument;

	if (++reading->depth > DEPTH_LIMIT) {
		refuse(reading, "elements nested more than 256 deep");
		return;
	}
	if (reading->depth == 1)
		read_root(reading, name, attributes);
	if (strncmp(name, SVG, sizeof(SVG) - 1) != 0)
		return;
	name += sizeof(SVG) - 1;
	if (reading->depth == 2 && strcmp(name, "title") == 0)
		reading->has_title = reading->in_title = true;
	if (is_excluded(name))
		note(reading, mc_arena_printf(reading->arena, "an element %s", name));
	read_attributes(reading, attributes);
}

static void XMLCALL
end_element(void *argument, const XML_Char *name)
{
	struct reading *reading = argument;

	(void)name;
	if (reading->depth-- == 2)
		reading->in_title = false;
}

static void XMLCALL
read_text(void *argument, const XML_Char *text, int length)
{
	struct reading *reading = argument;

	for (int i = 0; reading->in_title && i < length; i++)
		if (strchr(" \t\r\n", text[i]) == NULL)
			reading->titled = true;
}

/* The profile has no use for entities, and expanding them is how small documents grow large. */
static void XMLCALL
declare_entity(void *argument, const XML_Char *name, int is_parameter, const XML_Char *value,
	int value_length, const XML_Char *base, const XML_Char *system, const XML_Char *public,
	const XML_Char *notation)
{
	(void)name;
	(void)is_parameter;
	(void)value;
	(void)value_length;
	(void)base;
	(void)system;
	(void)public;
	(void)notation;
	refuse(argument, "it declares entities, which are not expanded here and not allowed there");
}

static void *
allocate(size_t size)
{
	return mc_malloc(size);
}

static void
conclude(struct reading *reading)
{
	struct mc_svg *svg = reading->svg;
	enum XML_Error error = XML_GetErrorCode(reading->parser);

	if (error == XML_ERROR_NO_MEMORY)
		reading->arena->failed = true;
	svg->malformed = reading->refused;
	if (svg->malformed == NULL)
		svg->malformed = mc_arena_printf(reading->arena, "line %lu: %s",
			(unsigned long)XML_GetCurrentLineNumber(reading->parser),
			XML_ErrorString(error));
}

void
mc_svg_parse(struct mc_arena *arena, const char *text, size_t length, struct mc_svg *ret_svg)
{
	const XML_Memory_Handling_Suite memory = {allocate, mc_realloc, mc_free};
	struct reading reading = {.arena = arena, .svg = ret_svg};

	*ret_svg = (struct mc_svg){.malformed = length > LENGTH_LIMIT ? "more than 1 MiB" : NULL};
	if (ret_svg->malformed != NULL)
		return;
	reading.parser = XML_ParserCreate_MM(NULL, &memory, "|");
	if (reading.parser == NULL) {
		arena->failed = true;
		return;
	}
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, begin_element, end_element);
	XML_SetCharacterDataHandler(reading.parser, read_text);
	XML_SetEntityDeclHandler(reading.parser, declare_entity);
	if (XML_Parse(reading.parser, text, (int)length, XML_TRUE) != XML_STATUS_OK)
		conclude(&reading);
	else if (ret_svg->is_svg && !reading.has_title)
		note(&reading, "no title");
	else if (ret_svg->is_svg && !reading.titled)
		note(&reading, "an empty title");
	XML_ParserFree(reading.parser);
}
