/*
 * cgroup_parse.c - see cgroup_parse.h.
 *
 * A line is "hierarchy:controllers:path" (cgroups(7)); version 2 has the one line "0::path", version 1 a line with
 * "name=systemd". How systemd names its folders: systemd.unit(5), "user@1000.service/app.slice/x.service" for users.
 * How engines name theirs: "docker-ID.scope", "libpod-ID.scope", "crio-ID.scope", "cri-containerd-ID.scope",
 * or, without systemd, ".../docker/ID" and ".../podUID/ID"; containerd that was told of systemd and runs without:
 * "kubepods-x.slice:cri-containerd:ID".
 */
#include "cgroup_parse.h"

#include <string.h>

#define ID_LEN 64 /* an id as engines make it: 64 hexadecimal digits */
#define ID_SHOWN 12

struct part {
	const char *at;
	size_t len;
};

/* The path that systemd decides on. */
static struct part find_path(const char *text, size_t len)
{
	const char *end = text + len, *at = text;
	struct part path = {NULL, 0};

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *line_end = newline != NULL ? newline : end;
		const char *first = memchr(at, ':', (size_t)(line_end - at));
		const char *second = first != NULL ? memchr(first + 1, ':', (size_t)(line_end - first - 1)) : NULL;

		if (second != NULL) {
			size_t controllers = (size_t)(second - first - 1);
			bool is_systemd = controllers == 12 && memcmp(first + 1, "name=systemd", 12) == 0;

			/* the line of version 1 says more, where both are */
			if (is_systemd || (controllers == 0 && path.at == NULL))
				path = (struct part){second + 1, (size_t)(line_end - second - 1)};
		}
		at = line_end + 1;
	}
	return path;
}

static bool ends_with(struct part part, const char *end)
{
	size_t len = strlen(end);

	return part.len > len && memcmp(part.at + part.len - len, end, len) == 0;
}

static bool starts_with(struct part part, const char *start)
{
	size_t len = strlen(start);

	return part.len >= len && memcmp(part.at, start, len) == 0;
}

/* The next folder of the path. */
static bool take_folder(struct part *path, struct part *ret_folder)
{
	const char *slash;

	while (path->len > 0 && *path->at == '/') {
		path->at++;
		path->len--;
	}
	if (path->len == 0)
		return false;
	slash = memchr(path->at, '/', path->len);
	*ret_folder = (struct part){path->at, slash != NULL ? (size_t)(slash - path->at) : path->len};
	path->at += ret_folder->len;
	path->len -= ret_folder->len;
	return true;
}

/* Whole or not at all: half a name is another's. */
static bool copy_part(struct part part, char *ret_text, size_t size)
{
	if (part.len == 0 || part.len >= size || memchr(part.at, '\0', part.len) != NULL)
		return false;
	memcpy(ret_text, part.at, part.len);
	ret_text[part.len] = '\0';
	return true;
}

bool lsp_cgroup_parse_unit(const char *text, size_t len, char *ret_unit, size_t size, bool *ret_is_user)
{
	struct part path = find_path(text, len), folder, unit = {NULL, 0};
	bool is_user = false;

	while (take_folder(&path, &folder)) {
		if (!ends_with(folder, ".service"))
			continue;
		if (starts_with(folder, "user@")) {
			is_user = true; /* the manager itself; the unit comes behind it */
			unit.len = 0;
		} else {
			unit = folder;
		}
	}
	if (!copy_part(unit, ret_unit, size))
		return false;
	*ret_is_user = is_user;
	return true;
}

static bool is_id(struct part part)
{
	size_t i;

	if (part.len != ID_LEN)
		return false;
	for (i = 0; i < part.len; i++) {
		if (memchr("0123456789abcdef", part.at[i], 16) == NULL)
			return false;
	}
	return true;
}

/* By what stands before the id in its folder's name, or by the folder that it lies in. */
static enum lsp_engine engine_of(struct part prefix, struct part above)
{
	static const struct {
		const char *start;
		enum lsp_engine engine;
	} engines[] = {
		{"docker", LSP_ENGINE_DOCKER},	     {"libpod", LSP_ENGINE_PODMAN}, {"crio", LSP_ENGINE_CRI},
		{"cri-containerd", LSP_ENGINE_CRI}, {"kubepods", LSP_ENGINE_CRI}, /* x.slice:cri-containerd */
		{"nerdctl", LSP_ENGINE_NERDCTL},     {"podman", LSP_ENGINE_PODMAN},
	};
	struct part name = prefix.len > 0 ? prefix : above;
	size_t i;

	for (i = 0; i < sizeof engines / sizeof *engines; i++) {
		if (starts_with(name, engines[i].start))
			return engines[i].engine;
	}
	return starts_with(above, "pod") ? LSP_ENGINE_CRI : LSP_ENGINE_UNKNOWN; /* of the kubelet, without systemd */
}

bool lsp_cgroup_parse_container(const char *text, size_t len, char *ret_id, size_t size, enum lsp_engine *ret_engine)
{
	struct part path = find_path(text, len), folder, above = {NULL, 0};
	bool found = false;

	for (; take_folder(&path, &folder); above = folder) {
		struct part name = folder, prefix = {folder.at, 0};

		if (ends_with(name, ".scope"))
			name.len -= strlen(".scope");
		if (name.len > ID_LEN && (name.at[name.len - ID_LEN - 1] == '-' || name.at[name.len - ID_LEN - 1] == ':')) {
			prefix.len = name.len - ID_LEN - 1;
			name = (struct part){name.at + name.len - ID_LEN, ID_LEN};
		}
		if (!is_id(name))
			continue;
		name.len = ID_SHOWN;
		found = copy_part(name, ret_id, size);
		*ret_engine = engine_of(prefix, above);
	}
	return found;
}
