/* descriptors: how many this process has open. */
#ifndef MC_TESTS_LAB_DESCRIPTORS_H
#define MC_TESTS_LAB_DESCRIPTORS_H

#include <dirent.h>
#include <stddef.h>

static inline size_t
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	if (directory == NULL)
		return 0;
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

#endif
