/*
 * openmetrics.c - see openmetrics.h. The format: OpenMetrics 1.0.0, section "Text format"; Prometheus, "Exposition formats".
 */
#include "openmetrics.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "escape.h"

/* The labels of a port, as they are written, and how many sockets have them. */
struct series {
	char *labels;
	size_t len, count;
};

static void put_head(struct lsp_sink *sink, const char *name, const char *help)
{
	lsp_sink_word(sink, "# HELP ");
	lsp_sink_word(sink, name);
	lsp_sink_byte(sink, ' ');
	lsp_sink_word(sink, help);
	lsp_sink_word(sink, "\n# TYPE ");
	lsp_sink_word(sink, name);
	lsp_sink_word(sink, " gauge\n");
}

/* Bytes from outside are made visible first, so that no newline is left and all is UTF-8; then \ and " get their backslash. */
static void put_label(struct lsp_sink *sink, const char *name, const char *text)
{
	struct lsp_sink visible;
	size_t i;

	if (text == NULL)
		return;
	lsp_sink_byte(sink, sink->used == 0 ? '{' : ',');
	lsp_sink_word(sink, name);
	lsp_sink_bytes(sink, "=\"", 2);
	lsp_sink_open(&visible, NULL);
	lsp_escape_text(&visible, text, strlen(text));
	for (i = 0; i < visible.used; i++) {
		if (visible.bytes[i] == '\\' || visible.bytes[i] == '"')
			lsp_sink_byte(sink, '\\');
		lsp_sink_byte(sink, visible.bytes[i]);
	}
	lsp_sink_close(&visible);
	lsp_sink_byte(sink, '"');
}

/* A line: its labels (none: NULL), its number. */
static void put_sample(struct lsp_sink *sink, const char *name, const char *labels, size_t len, size_t number)
{
	lsp_sink_word(sink, name);
	lsp_sink_bytes(sink, labels, len);
	lsp_sink_word(sink, len > 0 ? "} " : " ");
	lsp_sink_number(sink, number);
	lsp_sink_byte(sink, '\n');
}

static void put_number(struct lsp_sink *sink, const char *name, const char *help, size_t number)
{
	put_head(sink, name, help);
	put_sample(sink, name, "", 0, number);
}

static void put_counts(struct lsp_sink *sink, const char *name, const char *first, const char *second,
		       const struct lsp_metric_count *counts, size_t count)
{
	struct lsp_sink labels;
	size_t i;

	lsp_sink_open(&labels, NULL);
	for (i = 0; i < count; i++) {
		labels.used = 0;
		put_label(&labels, first, counts[i].first);
		put_label(&labels, second, counts[i].second);
		put_sample(sink, name, labels.bytes, labels.used, counts[i].count);
	}
	lsp_sink_close(&labels);
}

static struct series series_of(const struct lsp_metric_port *port)
{
	struct lsp_sink labels, number;

	lsp_sink_open(&labels, NULL);
	put_label(&labels, "proto", port->proto);
	put_label(&labels, "address", port->address);
	put_label(&labels, "device", port->device);
	lsp_sink_open(&number, NULL);
	if (port->port != 0)
		lsp_sink_number(&number, port->port);
	else
		lsp_sink_word(&number, "ephemeral");
	lsp_sink_byte(&number, '\0');
	put_label(&labels, "port", number.bytes);
	lsp_sink_close(&number);
	put_label(&labels, "scope", port->scope);
	put_label(&labels, "process", port->process);
	put_label(&labels, "user", port->user);
	put_label(&labels, "service", port->service);
	return (struct series){labels.bytes, labels.used, port->count};
}

static int compare(const void *a, const void *b)
{
	const struct series *x = a, *y = b;
	int order = memcmp(x->labels, y->labels, x->len < y->len ? x->len : y->len);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static void put_ports(struct lsp_sink *sink, const char *name, const struct lsp_metrics *metrics)
{
	struct series *series = lsp_realloc_array(NULL, metrics->port_count, sizeof *series);
	size_t sum = 0, i;

	for (i = 0; i < metrics->port_count; i++)
		series[i] = series_of(&metrics->ports[i]);
	qsort(series, metrics->port_count, sizeof *series, compare);
	for (i = 0; i < metrics->port_count; i++) {
		sum += series[i].count;
		if (i + 1 < metrics->port_count && compare(&series[i], &series[i + 1]) == 0)
			continue;
		put_sample(sink, name, series[i].labels, series[i].len, sum);
		sum = 0;
	}
	for (i = 0; i < metrics->port_count; i++)
		free(series[i].labels);
	free(series);
}

void lsp_view_openmetrics(FILE *out, const struct lsp_metrics *metrics)
{
	const struct lsp_metric_count build = {metrics->version, NULL, 1};
	struct lsp_sink sink;

	lsp_sink_open(&sink, out);
	put_head(&sink, "lsports_build_info", "The lsports that wrote this.");
	put_counts(&sink, "lsports_build_info", "version", NULL, &build, 1);
	put_head(&sink, "lsports_open_sockets",
		 "TCP listeners and bound, unconnected UDP sockets. scope: from how far they can be reached, firewalls aside.");
	put_ports(&sink, "lsports_open_sockets", metrics);
	put_head(&sink, "lsports_sockets", "Sockets by protocol and state.");
	put_counts(&sink, "lsports_sockets", "proto", "state", metrics->states, metrics->state_count);
	put_number(&sink, "lsports_hidden_owners", "Open sockets whose process could not be seen.", metrics->hidden_owners);
	put_number(&sink, "lsports_not_checked", "Things that could not be looked at; lsports --json names them.",
		   metrics->not_checked);
	put_head(&sink, "lsports_findings", "What lsports --audit finds, by severity and rule.");
	put_counts(&sink, "lsports_findings", "severity", "rule", metrics->findings, metrics->finding_count);
	if (metrics->drifts != NULL) {
		put_head(&sink, "lsports_drift", "Differences between what is open and the policy (lsports --diff), by kind.");
		put_counts(&sink, "lsports_drift", "change", NULL, metrics->drifts, metrics->drift_count);
		put_number(&sink, "lsports_policy_rules", "Rules of that policy.", metrics->rule_count);
	}
	lsp_sink_word(&sink, "# EOF\n");
	lsp_sink_close(&sink);
}
