/*
 * main.c - the story on one page: arguments, the question, its answer, the exit code.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/backend.h>
#include <lsports/language.h>

#include "audit.h"
#include "cli/options.h"
#include "device.h"
#include "diff.h"
#include "info.h"
#include "kill.h"
#include "list.h"
#include "lock.h"
#include "metrics.h"
#include "next.h"
#include "say.h"
#include "show.h"
#include "why.h"

static void print_help(void)
{
	char *text = lsp_help_text();

	fputs(text, stdout);
	free(text);
}

/* Questions that need no look at the system. False when it is none of those. */
static bool print_about(const struct lsp_request *request)
{
	if (request->question == LSP_ASK_HELP)
		print_help();
	else if (request->question == LSP_ASK_VERSION)
		puts("lsports " LSPORTS_VERSION);
	else if (request->columns != NULL && strcmp(request->columns, "help") == 0)
		lsp_show_columns_help();
	else
		return false;
	return true;
}

int main(int argc, char *argv[])
{
	struct lsp_request request;
	char usage[LSP_USAGE_TEXT_MAX];
	int code;

	lsp_language_start();
	if (!lsp_request_parse(argc, argv, &request, usage)) {
		lsp_say_usage("%s", usage);
		return 2;
	}
	if (request.format != LSP_FORMAT_TABLE) /* what programs read */
		lsp_language_english();
	errno = 0;
	if (print_about(&request))
		code = lsp_say_written(0);
	else if (!lsp_devices_find(lsp_backend_native(), &request.select))
		code = 2;
	else if (request.question == LSP_ASK_KILL)
		code = lsp_kill(lsp_backend_native(), &request);
	else if (request.question == LSP_ASK_WHY)
		code = lsp_why(lsp_backend_native(), &request);
	else if (request.question == LSP_ASK_NEXT)
		code = lsp_next(lsp_backend_native(), &request);
	else if (request.question == LSP_ASK_AUDIT)
		code = lsp_audit(lsp_backend_native(), &request);
	else if (request.question == LSP_ASK_INFO)
		code = lsp_info(lsp_backend_native(), &request);
	else if (request.format == LSP_FORMAT_OPENMETRICS)
		code = lsp_metrics(lsp_backend_native(), &request);
	else if (request.question == LSP_ASK_LOCK)
		code = lsp_lock(lsp_backend_native(), &request);
	else if (request.question == LSP_ASK_DIFF)
		code = lsp_diff(lsp_backend_native(), &request);
	else
		code = lsp_list(lsp_backend_native(), &request);
	lsp_request_clear(&request);
	return code;
}
