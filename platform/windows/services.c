/*
 * services.c - see services.h. What ControlService and its relatives answer is of their pages (winsvc.h) and winerror.h.
 */
#include "services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

enum {
	DEPENDENT_SERVICES_RUNNING = 1051,
	INVALID_SERVICE_CONTROL = 1052, /* it takes no stop */
	SERVICE_DOES_NOT_EXIST = 1060,
	SERVICE_CANNOT_ACCEPT_CTRL = 1061, /* on its way from one state to another */
	SERVICE_NOT_ACTIVE = 1062,
};

static enum lsp_err fail(struct lsp_fault *ret_fault, const char *op, const char *name, uint32_t os_code)
{
	enum lsp_err err = os_code == LSP_WIN_ACCESS_DENIED	? LSP_DENIED
			   : os_code == INVALID_SERVICE_CONTROL ? LSP_UNSUPPORTED
								: LSP_IO;

	*ret_fault = (struct lsp_fault){.err = err, .os_code = (int)os_code, .op = op};
	snprintf(ret_fault->detail, sizeof ret_fault->detail,
		 err == LSP_DENIED	  ? _("service %.60s: only an administrator may stop it (error %u)")
		 : err == LSP_UNSUPPORTED ? _("service %.60s: it does not let itself be stopped (error %u)")
					  : _("service %.60s: the service manager refused (error %u)"),
		 name, os_code);
	return err;
}

/* Asks for a stop unless one is under way. Being in no state for it, or ended by now, is no failure: the next step sees. */
static enum lsp_err ask(const struct lsp_service_io *io, const char *name, struct lsp_fault *ret_fault)
{
	uint32_t state, pid, os_code = io->status(io->self, name, &state, &pid);

	if (os_code == 0 && (state == LSP_SERVICE_RUNNING || state == LSP_SERVICE_PAUSED))
		os_code = io->stop(io->self, name);
	switch (os_code) {
	case 0:
	case DEPENDENT_SERVICES_RUNNING:
	case SERVICE_DOES_NOT_EXIST:
	case SERVICE_CANNOT_ACCEPT_CTRL:
	case SERVICE_NOT_ACTIVE:
		return LSP_OK;
	default:
		return fail(ret_fault, "ControlService", name, os_code);
	}
}

/* True when the service still runs in that process. An unreadable one does. */
static bool runs_in(const struct lsp_service_io *io, const char *name, uint32_t pid, enum lsp_err *ret_err,
		    struct lsp_fault *ret_fault)
{
	uint32_t state, host, os_code = io->status(io->self, name, &state, &host);

	if (os_code == SERVICE_DOES_NOT_EXIST)
		return false;
	if (os_code != 0) {
		*ret_err = fail(ret_fault, "QueryServiceStatusEx", name, os_code);
		return true;
	}
	return state != LSP_SERVICE_STOPPED && host == pid;
}

static enum lsp_err stop_one(const struct lsp_service_io *io, const char *name, struct lsp_service_list *dependants,
			     struct lsp_fault *ret_fault)
{
	uint32_t os_code;
	size_t i;

	dependants->count = 0;
	os_code = io->dependants(io->self, name, dependants);
	if (os_code != 0 && os_code != SERVICE_DOES_NOT_EXIST)
		return fail(ret_fault, "EnumDependentServices", name, os_code);
	for (i = 0; i < dependants->count; i++) {
		enum lsp_err err = ask(io, dependants->names[i], ret_fault);

		if (err != LSP_OK)
			return err;
	}
	return dependants->count > 0 ? LSP_OK : ask(io, name, ret_fault);
}

enum lsp_err lsp_services_step(const struct lsp_service_io *io, const struct lsp_service_list *list, uint32_t pid,
			       bool *ret_ended, struct lsp_fault *ret_fault)
{
	struct lsp_service_list *dependants = malloc(sizeof *dependants);
	enum lsp_err err = LSP_OK;
	bool ended = true;
	size_t i;

	if (dependants == NULL)
		return fail(ret_fault, "malloc", "", 14 /* ERROR_OUTOFMEMORY */);
	for (i = 0; i < list->count && err == LSP_OK; i++) {
		if (!runs_in(io, list->names[i], pid, &err, ret_fault))
			continue;
		ended = false;
		if (err == LSP_OK)
			err = stop_one(io, list->names[i], dependants, ret_fault);
	}
	free(dependants);
	*ret_ended = ended;
	return err;
}

static bool is_among(const struct lsp_service_list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (strcmp(list->names[i], name) == 0)
			return true;
	}
	return false;
}

void lsp_services_dependants(const struct lsp_service_io *io, const struct lsp_service_list *list, char *ret_text, size_t size)
{
	struct lsp_service_list *all = calloc(1, sizeof *all), *found = calloc(1, sizeof *found);
	size_t used = 0, i, j;

	ret_text[0] = '\0';
	for (i = 0; all != NULL && found != NULL && i < list->count; i++) {
		found->count = 0;
		if (io->dependants(io->self, list->names[i], found) != 0)
			continue;
		for (j = 0; j < found->count && used < size && all->count < LSP_SERVICES_MAX; j++) {
			if (is_among(list, found->names[j]) || is_among(all, found->names[j]))
				continue;
			memcpy(all->names[all->count++], found->names[j], sizeof *found->names);
			used += (size_t)snprintf(ret_text + used, size - used, used > 0 ? ", %s" : "%s", found->names[j]);
		}
	}
	free(found);
	free(all);
}
