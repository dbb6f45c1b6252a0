/* values: JSON values by name, tolerant of what is not there. */
#include "report/values.h"

#include <string.h>

json_t *
mc_values_array(const struct mailcheck_report *report, const char *check, const char *key)
{
	for (size_t i = 0; i < report->check_count; i++)
		if (strcmp(report->checks[i].name, check) == 0)
			return json_object_get(report->checks[i].values, key);
	return NULL;
}

const char *
mc_values_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

json_int_t
mc_values_integer(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

const json_t *
mc_values_endpoint(const json_t *endpoints, const json_t *like)
{
	const json_t *endpoint;
	size_t i;

	json_array_foreach (endpoints, i, endpoint)
		if (strcmp(mc_values_text(endpoint, "host"), mc_values_text(like, "host")) == 0 &&
			strcmp(mc_values_text(endpoint, "address"),
				mc_values_text(like, "address")) == 0 &&
			mc_values_integer(endpoint, "port") == mc_values_integer(like, "port"))
			return endpoint;
	return NULL;
}
