/*
 * cgroup_parse.h - /proc/PID/cgroup tells which unit and which container a process belongs to. Bytes in, names out.
 */
#ifndef LSP_LINUX_CGROUP_PARSE_H
#define LSP_LINUX_CGROUP_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <lsports/process.h>

/* Of systemd: the unit that manages the process, "nginx.service". Sessions and scopes are no service and give none.
 * ret_is_user: it is a unit of a user's own manager. */
bool lsp_cgroup_parse_unit(const char *text, size_t len, char *ret_unit, size_t size, bool *ret_is_user);

/* The id, cut to 12 digits as docker and podman print it: of docker, podman, containerd, cri-o paths. */
bool lsp_cgroup_parse_container(const char *text, size_t len, char *ret_id, size_t size, enum lsp_engine *ret_engine);

#endif
