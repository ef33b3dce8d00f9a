/*
 * replay.c - runs a target over files and folders of inputs: what a fuzzer once found stays found, on every build and
 * without a fuzzer. Prints how many inputs there were; none at all is a failure.
 */
#include "fuzz.h"

#include <dirent.h>

enum { INPUT_MAX = 1 << 20 };

static size_t run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(INPUT_MAX);
	size_t len;

	REQUIRE(bytes != NULL);
	if (file == NULL) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	len = fread(bytes, 1, INPUT_MAX, file);
	if (ferror(file)) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	fclose(file);
	fprintf(stderr, "%s\n", path); /* the last one named is the one that failed */
	LLVMFuzzerTestOneInput(bytes, len);
	free(bytes);
	return 1;
}

static size_t run_path(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	if (folder == NULL)
		return run_file(path);
	while ((entry = readdir(folder)) != NULL) {
		char file[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		count += run_file(file);
	}
	closedir(folder);
	return count;
}

int main(int argc, char *argv[])
{
	size_t count = 0;
	int i;

	for (i = 1; i < argc; i++)
		count += run_path(argv[i]);
	printf("%zu inputs\n", count);
	return count > 0 ? 0 : 1;
}
